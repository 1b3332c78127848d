#include "note.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "rgw/base/text.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::audit {
namespace {

constexpr std::string_view signature_start = "\xE2\x80\x94 ";  // U+2014 and a space
constexpr char ed25519_type = '\x01';
constexpr std::size_t key_hash_bytes = 4;
constexpr std::size_t public_key_bytes = 32;
constexpr std::size_t max_name_bytes = 255;

// White_Space of Unicode above U+0020, in UTF-8.
constexpr std::string_view unicode_spaces[] = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
    "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};

Error refusal(std::string_view why) {
    return {Errc::invalid_value, "note: " + std::string(why)};
}

bool is_control(char c) {
    return c >= 0 && c < 0x20;
}

bool is_utf8_lines(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return is_control(c) && c != '\n'; }) &&
           valid_utf8(text) == text;
}

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= max_name_bytes && valid_utf8(name) == name &&
           std::ranges::none_of(
               name, [](char c) { return is_control(c) || c == ' ' || c == '+' || c == 0x7F; }) &&
           std::ranges::none_of(unicode_spaces, [&](std::string_view space) {
               return name.find(space) != std::string_view::npos;
           });
}

std::string four_bytes(std::uint32_t number) {
    std::string out;
    for (unsigned shift = 32; shift > 0; shift -= 8) {
        out += static_cast<char>((number >> (shift - 8)) & 255U);
    }
    return out;
}

std::uint32_t number_of(std::string_view four_bytes) {
    std::uint32_t number = 0;
    for (const char c : four_bytes) {
        number = (number << 8U) | static_cast<std::uint8_t>(c);
    }
    return number;
}

std::uint32_t key_hash_of(std::string_view name, std::string_view public_key) {
    const crypto::Digest digest =
        crypto::sha256(std::string(name) + '\n' + ed25519_type + std::string(public_key));
    return number_of(crypto::text_of(digest).substr(0, key_hash_bytes));
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
    if (!line.starts_with(signature_start)) {
        return refusal("after its last empty line there is something else than signatures");
    }
    line.remove_prefix(signature_start.size());
    const std::size_t space = line.find(' ');
    NoteSignature signature{.name = line.substr(0, space)};
    if (space == std::string_view::npos || !is_name(signature.name)) {
        return refusal("a signature without a proper name");
    }
    auto bytes = crypto::parse_base64(line.substr(space + 1));
    if (!bytes || bytes->size() <= key_hash_bytes) {
        return refusal("a signature that is not base64 of a key hash and more");
    }
    signature.key_hash = number_of(std::string_view(*bytes).substr(0, key_hash_bytes));
    signature.bytes = bytes->substr(key_hash_bytes);
    return signature;
}

}  // namespace

Result<Note> parse_note(std::string_view note) {
    if (note.size() > max_note_bytes) {
        return refusal("longer than " + std::to_string(max_note_bytes) + " bytes");
    }
    if (!is_utf8_lines(note)) {
        return refusal("not UTF-8, or with control characters");
    }
    const std::size_t gap = note.rfind("\n\n");
    if (gap == std::string_view::npos || !note.ends_with('\n')) {
        return refusal("no empty line with signatures after it");
    }
    Note out{.text = note.substr(0, gap + 1)};
    std::string_view rest = note.substr(gap + 2);
    if (out.text.size() <= 1 || rest.empty()) {
        return refusal("no text, or no signatures");
    }
    while (!rest.empty()) {
        if (out.signatures.size() == max_note_signatures) {
            return refusal("more than " + std::to_string(max_note_signatures) + " signatures");
        }
        const std::string_view line = rest.substr(0, rest.find('\n'));
        Result<NoteSignature> signature = parse_signature_line(line);
        if (!signature) {
            return signature.error();
        }
        out.signatures.push_back(std::move(*signature));
        rest.remove_prefix(line.size() + 1);
    }
    return out;
}

Signed check_signatures(const Note& note, std::span<const NoteVerifier> keys) {
    Signed result = Signed::by_nobody_known;
    for (const NoteSignature& signature : note.signatures) {
        for (const NoteVerifier& key : keys) {
            if (key.name() != signature.name || key.key_hash() != signature.key_hash) {
                continue;
            }
            if (!key.verifies(note.text, signature.bytes)) {
                return Signed::wrongly;
            }
            result = Signed::by_a_known_key;
        }
    }
    return result;
}

NoteSigner::NoteSigner(std::string name, crypto::SigningKey key)
    : name_(std::move(name)), key_(std::move(key)) {}

Result<NoteSigner> NoteSigner::make(std::string name, crypto::SigningKey key) {
    if (!is_name(name)) {
        return refusal("a key's name is 1 to 255 bytes of UTF-8 without spaces and '+'");
    }
    return NoteSigner(std::move(name), std::move(key));
}

std::string NoteSigner::verifier_text() const {
    const std::string public_key = key_.public_key();
    const std::string hash = four_bytes(key_hash_of(name_, public_key));
    return name_ + '+' + crypto::hex(crypto::bytes_of(hash)) + '+' +
           crypto::base64(ed25519_type + public_key);
}

std::string NoteSigner::sign(std::string_view text) const {
    if (text.size() <= 1 || !text.ends_with('\n') || !is_utf8_lines(text)) {
        throw std::invalid_argument("a note's text is lines of UTF-8");
    }
    const std::string signature =
        four_bytes(key_hash_of(name_, key_.public_key())) + key_.sign(text);
    return std::string(text) + '\n' + std::string(signature_start) + name_ + ' ' +
           crypto::base64(signature) + '\n';
}

NoteVerifier::NoteVerifier(std::string name, std::uint32_t key_hash, crypto::VerifyingKey key)
    : name_(std::move(name)), key_hash_(key_hash), key_(std::move(key)) {}

Result<NoteVerifier> NoteVerifier::parse(std::string_view text) {
    const std::size_t first = text.find('+');
    const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
    if (second == std::string_view::npos) {
        return refusal("a key is written name+hash+key");
    }
    const std::string_view name = text.substr(0, first);
    const std::string_view hash = text.substr(first + 1, second - first - 1);
    const auto typed_key = crypto::parse_base64(text.substr(second + 1));
    if (!is_name(name)) {
        return refusal("the key has no proper name");
    }
    if (!typed_key || typed_key->size() != 1 + public_key_bytes ||
        typed_key->front() != ed25519_type) {
        return refusal("the key is not base64 of an Ed25519 public key with its type");
    }
    const std::string public_key = typed_key->substr(1);
    const std::uint32_t key_hash = key_hash_of(name, public_key);
    const std::string bytes = four_bytes(key_hash);
    if (hash != crypto::hex(crypto::bytes_of(bytes))) {
        return refusal("the key's hash is not that of its name and key");
    }
    auto key = crypto::VerifyingKey::edwards(crypto::KeyType::ed25519, public_key);
    if (!key) {
        return refusal(key.error().detail);
    }
    return NoteVerifier(std::string(name), key_hash, std::move(*key));
}

bool NoteVerifier::verifies(std::string_view text, std::string_view signature) const {
    return key_.verifies(crypto::SignatureAlgorithm::ed25519, text, signature);
}

}  // namespace rgw::audit
