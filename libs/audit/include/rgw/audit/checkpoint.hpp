#pragma once

#include <cstddef>
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

// Nobody needs a longer note or more signatures on one; C2SP asks for 16 at least.
inline constexpr std::size_t max_note_bytes = 16UL * 1024;
inline constexpr std::size_t max_note_signatures = 32;

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
    // The name is valid UTF-8 of 1 to 255 bytes and holds no Unicode space, control character or
    // '+'. Error: invalid_value.
    static Result<NoteSigner> make(std::string name, crypto::SigningKey key);

    [[nodiscard]] const std::string& name() const { return name_; }
    // "name+hash+key", which anybody checks the notes with.
    [[nodiscard]] std::string verifier_text() const;
    // The whole note of this text, which ends with a line break and holds no other control
    // character. Error: std::invalid_argument when it does not: nobody could read the note.
    [[nodiscard]] std::string sign(std::string_view text) const;

private:
    NoteSigner(std::string name, crypto::SigningKey key);
    std::string name_;
    crypto::SigningKey key_;
};

// Checks what a NoteSigner signed.
class NoteVerifier {
public:
    // Of "name+hash+key", as NoteSigner writes it and in no other spelling. Error: invalid_value,
    // saying what is wrong with it.
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

// The signed note. Error: std::invalid_argument when its lines are no checkpoint's.
[[nodiscard]] std::string write_checkpoint(const Checkpoint& checkpoint, const NoteSigner& signer);
// The same with a signature of each; there is one at least.
[[nodiscard]] std::string write_checkpoint(const Checkpoint& checkpoint,
                                           std::span<const NoteSigner> signers);
// The checkpoint in a note that one of the keys signed; signatures of unknown keys are passed over,
// a wrong one of a known key is an error. Strict: one spelling of every number and hash. Whether
// its origin is the log meant is the caller's to see. Error: invalid_value, saying what is wrong.
[[nodiscard]] Result<Checkpoint> open_checkpoint(std::string_view note,
                                                 std::span<const NoteVerifier> keys);
// What a note claims, whoever signed it: the same without checking the signatures.
[[nodiscard]] Result<Checkpoint> parse_checkpoint(std::string_view note);

}  // namespace rgw::audit
