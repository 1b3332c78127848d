#include <string>

#include "require.hpp"
#include "rgw/audit/export_file.hpp"
#include "rgw/audit/log_export.hpp"
#include "targets.hpp"

namespace rgw::fuzz {
namespace {

using namespace rgw::audit;

void check_line(std::string_view input) {
    const auto stored = parse_ndjson(input);
    if (!stored) {
        require(stored.error().code == Errc::invalid_value && !stored.error().detail.empty());
        return;
    }
    require(stored->chain_index >= 0 && stored->event_hash.size() == 32 &&
            (!stored->previous_hash || stored->previous_hash->size() == 32));
    std::string line;
    append_ndjson(line, *stored);
    const auto again = parse_ndjson(line);
    require(again.has_value());
    require(canonical(again->event, 1) == canonical(stored->event, 1));
    std::string second;
    append_ndjson(second, *again);
    require(second == line);
    // Whatever was read, a verifier takes it.
    Verifier verifier({});
    require(verifier.add(*stored) ==
            (stored->chain_index == 0 && stored->format == 1 && !stored->previous_hash));
}

// The same with what may follow the event, its proof.
void check_exported(std::string_view input) {
    const auto exported = parse_exported(input);
    if (!exported) {
        require(exported.error().code == Errc::invalid_value && !exported.error().detail.empty());
        require(!parse_ndjson(input).has_value());
        return;
    }
    require(exported->proof.has_value() != parse_ndjson(input).has_value());
    std::string line;
    append_ndjson(line, exported->stored);
    if (exported->proof) {
        append_proof(line, *exported->proof);
    }
    const auto again = parse_exported(line);
    require(again.has_value() && again->proof == exported->proof);
}

void check_notes(std::string_view input) {
    std::string all;
    for (const std::string& note : split_notes(input)) {
        require(!note.empty());
        all += note;
    }
    require(all == input);
}

}  // namespace

// A line of an exported log, or what lies beside it.
void ndjson_event(std::string_view input) {
    check_line(input);
    check_exported(input);
    check_notes(input);
}

}  // namespace rgw::fuzz
