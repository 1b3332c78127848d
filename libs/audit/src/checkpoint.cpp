#include "rgw/audit/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <utility>

#include "note.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::audit {
namespace {

Error refusal(std::string_view why) {
    return {Errc::invalid_value, "checkpoint: " + std::string(why)};
}

// Without its line break; nothing when there is none.
std::optional<std::string_view> take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

std::optional<std::int64_t> parse_size(std::string_view digits) {
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    const bool one_spelling = digits == "0" || (!digits.empty() && digits.front() >= '1');
    if (error != std::errc() || end != digits.data() + digits.size() || !one_spelling) {
        return std::nullopt;
    }
    return size;
}

std::optional<Hash> parse_hash(std::string_view text) {
    const auto bytes = crypto::parse_base64(text);
    Hash hash{};
    if (!bytes || bytes->size() != hash.size()) {
        return std::nullopt;
    }
    std::ranges::copy(crypto::bytes_of(*bytes), hash.begin());
    return hash;
}

std::string text_of(const Checkpoint& checkpoint) {
    std::string text = checkpoint.origin + '\n' + std::to_string(checkpoint.tree_size) + '\n' +
                       crypto::base64(crypto::text_of(checkpoint.root)) + '\n';
    for (const std::string& line : checkpoint.extensions) {
        text += line + '\n';
    }
    return text;
}

}  // namespace

Result<Checkpoint> parse_checkpoint_text(std::string_view text) {
    Checkpoint out;
    const auto origin = take_line(text);
    if (!origin || origin->empty()) {
        return refusal("no origin");
    }
    out.origin = *origin;
    const auto size = parse_size(take_line(text).value_or(""));
    if (!size) {
        return refusal("its size is no number of events");
    }
    out.tree_size = *size;
    const auto root = parse_hash(take_line(text).value_or(""));
    if (!root) {
        return refusal("its root is not base64 of 32 bytes");
    }
    out.root = *root;
    while (!text.empty()) {
        const auto line = take_line(text);
        if (!line || line->empty()) {
            return refusal("an empty line");
        }
        out.extensions.emplace_back(*line);
    }
    return out;
}

std::string write_checkpoint(const Checkpoint& checkpoint, const NoteSigner& signer) {
    return write_checkpoint(checkpoint, std::span(&signer, 1));
}

std::string write_checkpoint(const Checkpoint& checkpoint, std::span<const NoteSigner> signers) {
    if (signers.empty()) {
        throw std::invalid_argument("a checkpoint without a signature");
    }
    const std::string text = text_of(checkpoint);
    std::string note = signers.front().sign(text);
    for (const NoteSigner& signer : signers.subspan(1)) {
        note += signer.sign(text).substr(text.size() + 1);
    }
    // A line break inside a line would make another checkpoint of it.
    const auto read = parse_checkpoint(note);
    if (!read || *read != checkpoint) {
        throw std::invalid_argument("its lines are no checkpoint's");
    }
    return note;
}

Result<Checkpoint> open_checkpoint(std::string_view note, std::span<const NoteVerifier> keys) {
    const Result<Note> parsed = parse_note(note);
    if (!parsed) {
        return parsed.error();
    }
    switch (check_signatures(*parsed, keys)) {
        case Signed::by_a_known_key:
            break;
        case Signed::by_nobody_known:
            return refusal("signed by no key that is known");
        case Signed::wrongly:
            return refusal("a signature of a known key is not for this text");
    }
    return parse_checkpoint_text(parsed->text);
}

Result<Checkpoint> parse_checkpoint(std::string_view note) {
    const Result<Note> parsed = parse_note(note);
    return parsed ? parse_checkpoint_text(parsed->text) : parsed.error();
}

}  // namespace rgw::audit
