#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/audit/event.hpp"
#include "rgw/base/error.hpp"
#include "rgw/crypto/signing_key.hpp"
#include "rgw/crypto/verifying_key.hpp"

namespace rgw::audit {

// A statement about the log: it had so many events, and this is the root of the Merkle tree over
// them (C2SP tlog-checkpoint).
struct Checkpoint {
    std::string origin;  // which log: one line, not empty
    std::int64_t tree_size = 0;
    Hash root{};
    std::vector<std::string> extensions;  // further lines, none of them empty

    bool operator==(const Checkpoint&) const = default;
};

// Signs notes under a name (C2SP signed-note): Ed25519, signature type 0x01.
class NoteSigner {
public:
    // The name is not empty and holds no Unicode space, '+' or line break. Error: invalid_value.
    static Result<NoteSigner> make(std::string name, crypto::SigningKey key);

    [[nodiscard]] const std::string& name() const { return name_; }
    // "name+hash+key", which anybody checks the notes with.
    [[nodiscard]] std::string verifier_text() const;
    // The whole note of this text, which ends with a line break.
    [[nodiscard]] std::string sign(std::string_view text) const;

private:
    NoteSigner(std::string name, crypto::SigningKey key);
    std::string name_;
    crypto::SigningKey key_;
};

// Checks what a NoteSigner signed.
class NoteVerifier {
public:
    // Of "name+hash+key". Error: invalid_value, saying what is wrong with it.
    static Result<NoteVerifier> parse(std::string_view text);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint32_t key_hash() const { return key_hash_; }
    [[nodiscard]] bool verifies(std::string_view text, std::string_view signature) const;

private:
    NoteVerifier(std::string name, std::uint32_t key_hash, crypto::VerifyingKey key);
    std::string name_;
    std::uint32_t key_hash_;
    crypto::VerifyingKey key_;
};

[[nodiscard]] std::string write_checkpoint(const Checkpoint& checkpoint, const NoteSigner& signer);
// The checkpoint in a note that one of the keys signed; signatures of unknown keys are passed over,
// a wrong one of a known key is an error. Strict: one spelling of every number and hash. Error:
// invalid_value, saying what is wrong.
[[nodiscard]] Result<Checkpoint> open_checkpoint(std::string_view note,
                                                 std::span<const NoteVerifier> keys);
// Without looking at the signatures: what a note claims.
[[nodiscard]] Result<Checkpoint> parse_checkpoint(std::string_view text);

}  // namespace rgw::audit
