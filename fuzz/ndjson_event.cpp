#include <string>

#include "require.hpp"
#include "rgw/audit/log_export.hpp"
#include "targets.hpp"

namespace rgw::fuzz {

// A line of an exported log.
void ndjson_event(std::string_view input) {
    using namespace rgw::audit;
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

}  // namespace rgw::fuzz
