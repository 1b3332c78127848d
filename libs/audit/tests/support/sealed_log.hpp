#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "memory_store.hpp"
#include "rgw/audit/evidence.hpp"
#include "sample_events.hpp"

namespace rgw::audit {

inline const std::string sample_origin = "gateway.example.com/audit";

inline NoteSigner sample_signer(const std::string& name = sample_origin, char seed = 's') {
    return NoteSigner::make(name,
                            crypto::SigningKey::ed25519(Secret(std::string(32, seed))).value())
        .value();
}

inline NoteVerifier verifier_of(const NoteSigner& signer) {
    return NoteVerifier::parse(signer.verifier_text()).value();
}

// A log as it lies in the database, and the checkpoints that were made of it meanwhile.
struct SealedLog {
    std::vector<StoredEvent> rows;
    Head head;
    std::vector<std::string> checkpoints;

    // Seals the events behind those that are there; a checkpoint whenever `every` divides the size.
    void append(const std::vector<Event>& events, const Key& key, std::int64_t every,
                const NoteSigner& signer = sample_signer()) {
        for (const Event& event : events) {
            const PreparedEvent prepared[] = {prepare(event, key)};
            const SealedBatch batch = seal(head, prepared, key);
            rows.push_back(MemoryStore::stored(batch.events.front(), batch.key_id));
            head = batch.head;
            if (head.next_index % every == 0) {
                checkpoints.push_back(checkpoint(signer));
            }
        }
    }

    [[nodiscard]] std::string checkpoint(const NoteSigner& signer = sample_signer()) const {
        return write_checkpoint({.origin = signer.name(),
                                 .tree_size = head.next_index,
                                 .root = head.tree.root(),
                                 .extensions = {}},
                                signer);
    }
};

// Every field present, each event another.
inline std::vector<Event> full_events(std::int64_t count) {
    std::vector<Event> events;
    for (std::int64_t i = 0; i < count; ++i) {
        events.push_back(full_event());
        events.back().resource = "app-" + std::to_string(i);
    }
    return events;
}

inline EvidenceReport checked(const Evidence& evidence, const std::vector<StoredEvent>& rows,
                              const std::optional<Head>& stored_head = {}) {
    EvidenceCheck check(evidence);
    for (const StoredEvent& row : rows) {
        check.add(row);
    }
    return check.finish(stored_head);
}

}  // namespace rgw::audit
