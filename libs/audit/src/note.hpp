#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/audit/checkpoint.hpp"
#include "rgw/base/error.hpp"

namespace rgw::audit {

struct NoteSignature {
    std::string_view name;
    std::uint32_t key_hash = 0;
    std::string bytes;
};

// A note taken apart (C2SP signed-note), nothing of it believed yet. Its views are of what was
// parsed.
struct Note {
    std::string_view text;  // with its last line break
    std::vector<NoteSignature> signatures;
};

// Error: invalid_value, saying what is wrong.
[[nodiscard]] Result<Note> parse_note(std::string_view note);

enum class Signed : std::uint8_t {
    by_a_known_key,
    by_nobody_known,
    wrongly,  // a known key is named and did not sign this
};
[[nodiscard]] Signed check_signatures(const Note& note, std::span<const NoteVerifier> keys);

// The text of a checkpoint's note. Error: invalid_value, saying what is wrong.
[[nodiscard]] Result<Checkpoint> parse_checkpoint_text(std::string_view text);

}  // namespace rgw::audit
