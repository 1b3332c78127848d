#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "handlers.hpp"
#include "rgw/audit/checkpoint_store.hpp"
#include "rgw/audit/proof_maker.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds query_timeout{15};

struct AuditSigningKey {
    std::string verifier;
    Timestamp first_used_at{};
    bool current = false;
};
RGW_WIRE(AuditSigningKey, verifier, first_used_at, current)

struct AuditSigningKeys {
    std::vector<AuditSigningKey> keys;
};
RGW_WIRE(AuditSigningKeys, keys)

struct AuditInclusionProof {
    std::int64_t chain_index = 0;
    std::int64_t tree_size = 0;
    std::string leaf;
    std::vector<std::string> proof;
    std::string checkpoint;
};
RGW_WIRE(AuditInclusionProof, chain_index, tree_size, leaf, proof, checkpoint)

struct AuditConsistencyProof {
    std::int64_t from = 0;
    std::int64_t to = 0;
    std::vector<std::string> proof;
    std::string from_checkpoint;
    std::string to_checkpoint;
};
RGW_WIRE(AuditConsistencyProof, from, to, proof, from_checkpoint, to_checkpoint)

// Digits alone, as numbers are written in checkpoints.
std::optional<std::int64_t> parse_count(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool one_spelling = text == "0" || (!text.empty() && text.front() >= '1');
    if (error != std::errc() || end != text.data() + text.size() || !one_spelling) {
        return std::nullopt;
    }
    return number;
}

std::string base64(const audit::Hash& hash) {
    return crypto::base64(crypto::text_of(hash));
}

std::vector<std::string> base64(const std::vector<audit::Hash>& hashes) {
    std::vector<std::string> texts;
    texts.reserve(hashes.size());
    for (const audit::Hash& hash : hashes) {
        texts.push_back(base64(hash));
    }
    return texts;
}

async::Task<Result<Reply>> answer_checkpoint(GatewayCall call) {
    const Result<audit::LogEnd> end =
        co_await call.services().checkpoints->store.look(deadline_in(query_timeout));
    if (!end) {
        // That the head cannot be read is nothing the caller could change.
        co_return end.error().code == Errc::invalid_value
            ? Error(Errc::internal, end.error().detail)
            : end.error();
    }
    if (!end->newest) {
        co_return Error(Errc::not_found, "there is no checkpoint yet");
    }
    Reply reply;
    reply.body = end->newest->note;
    reply.content_type = "text/plain; charset=utf-8";
    co_return reply;
}

async::Task<Result<Reply>> answer_keys(GatewayCall call) {
    const CheckpointAccess& checkpoints = *call.services().checkpoints;
    const Result<std::vector<audit::UsedKey>> used =
        co_await checkpoints.store.list_keys(deadline_in(query_timeout));
    if (!used) {
        co_return used.error();
    }
    AuditSigningKeys answer;
    for (const audit::UsedKey& key : *used) {
        answer.keys.push_back({.verifier = key.verifier,
                               .first_used_at = key.first_used_at,
                               .current = key.verifier == checkpoints.current_key});
    }
    co_return json_reply(answer);
}

async::Task<Result<Reply>> answer_inclusion(GatewayCall call) {
    const std::optional<std::int64_t> chain_index = parse_count(call.path("chain_index"));
    if (!chain_index) {
        co_return Error(Errc::not_found, "audit event not found");
    }
    std::optional<std::int64_t> tree_size;
    if (const std::optional<std::string> text = call.query("tree_size"); text) {
        tree_size = parse_count(*text);
        if (!tree_size) {
            co_return Error(Errc::invalid_request, "invalid tree_size");
        }
    }
    Result<audit::InclusionProof> proof =
        co_await call.services().checkpoints->proofs.prove_inclusion(*chain_index, tree_size,
                                                                     deadline_in(query_timeout));
    if (!proof) {
        co_return proof.error();
    }
    co_return json_reply(AuditInclusionProof{.chain_index = proof->chain_index,
                                             .tree_size = proof->tree_size,
                                             .leaf = base64(proof->leaf),
                                             .proof = base64(proof->nodes),
                                             .checkpoint = std::move(proof->note)});
}

async::Task<Result<Reply>> answer_consistency(GatewayCall call) {
    const std::optional<std::int64_t> from = parse_count(call.query("from").value_or(""));
    const std::optional<std::int64_t> to = parse_count(call.query("to").value_or(""));
    if (!from || !to || *from == 0 || *from > *to) {
        co_return Error(Errc::invalid_request,
                        "from and to must be sizes of checkpoints, the smaller one first");
    }
    Result<audit::ConsistencyProof> proof =
        co_await call.services().checkpoints->proofs.prove_consistency(*from, *to,
                                                                       deadline_in(query_timeout));
    if (!proof) {
        co_return proof.error();
    }
    co_return json_reply(AuditConsistencyProof{.from = proof->from,
                                               .to = proof->to,
                                               .proof = base64(proof->nodes),
                                               .from_checkpoint = std::move(proof->from_note),
                                               .to_checkpoint = std::move(proof->to_note)});
}

constexpr QueryParameter inclusion_parameters[] = {
    {"tree_size", "Events of the checkpoint the proof leads to; the newest unless given"}};
constexpr QueryParameter consistency_parameters[] = {{"from", "Events of the older checkpoint"},
                                                     {"to", "Events of the newer one"}};

}  // namespace

const Operation get_checkpoint{
    .handle = answer_checkpoint,
    .summary = "The newest signed checkpoint of the audit log, byte for byte"};
const Operation get_checkpoint_keys{.handle = answer_keys,
                                    .summary = "Every key that has signed checkpoints",
                                    .answer = shape<AuditSigningKeys>};
const Operation get_inclusion_proof{
    .handle = answer_inclusion,
    .summary = "The proof that a record is in the log a checkpoint is about",
    .query = inclusion_parameters,
    .answer = shape<AuditInclusionProof>};
const Operation get_consistency_proof{
    .handle = answer_consistency,
    .summary = "The proof that one checkpoint's log continues another's",
    .query = consistency_parameters,
    .answer = shape<AuditConsistencyProof>};

}  // namespace rgw::api
