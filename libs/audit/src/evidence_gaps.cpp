#include "evidence_gaps.hpp"

#include <algorithm>

namespace rgw::audit {
namespace {

std::string about_content(const EvidenceReport& report, Given keys) {
    const bool confirmed = report.confirmed > 0;
    if (keys == Given::yes) {
        return confirmed ? ""
                         : "No signed checkpoint confirms these events: somebody who knew the HMAC "
                           "key could have rewritten them all.";
    }
    return confirmed
               ? "No HMAC key was given: an edited event is found only as the range between two "
                 "checkpoints and not by its index, and the hashes of the chain are compared with "
                 "each "
                 "other only."
               : "Neither an HMAC key nor a signed checkpoint confirms these events: whoever could "
                 "write them could have written anything.";
}

std::string about_the_start(const EvidenceReport& report) {
    const std::int64_t first = report.log.first_index;
    if (first == 0) {
        return "";
    }
    const std::string begin =
        "Events before " + std::to_string(first) +
        (report.pruned ? " were removed by retention: " : " were not given: ");
    return begin + (report.confirmed >= first
                        ? "a checkpoint confirms that the log had them, but not what they say."
                        : "what they were is taken on trust.");
}

std::string about_the_rest(const EvidenceReport& report, Given keys) {
    const std::int64_t next = report.log.next_index;
    if (report.confirmed == 0 || report.confirmed >= next) {
        return "";
    }
    const std::string begin = "Events from " + std::to_string(report.confirmed) +
                              " on are after the newest checkpoint that agrees: ";
    return begin + (keys == Given::yes ? "only the HMAC chain speaks for them, which somebody who "
                                         "knew its key could have written."
                                       : "nothing speaks for what they say.");
}

std::string about_the_end(const EvidenceReport& report, Given stored_head) {
    const bool known_to_be_cut = std::ranges::any_of(
        report.checkpoints,
        [](const CheckpointFinding& finding) { return finding.verdict == Verdict::beyond; });
    if (known_to_be_cut) {
        return "";
    }
    const std::string from =
        report.confirmed > 0 ? " from index " + std::to_string(report.confirmed) + " on" : "";
    return stored_head == Given::yes
               ? "The head lies beside the events: events removed from the end" + from +
                     " together with it, or an older copy of both put back, cannot be seen."
               : "No head was given: events removed from the end" + from +
                     ", or an older copy put back, cannot be seen.";
}

std::string about_the_chain(const EvidenceReport& report, Given keys) {
    const std::int64_t checked = report.log.next_index - report.log.first_index;
    if (keys == Given::no || checked == report.log.events_seen) {
        return "";
    }
    return "From event " + std::to_string(report.log.next_index) +
           " on the HMAC chain was not checked.";
}

std::string about_the_signer(const EvidenceReport& report) {
    return report.confirmed > 0
               ? "Whoever holds the key that signs checkpoints could have signed others, and "
                 "checkpoints kept beside the log can be put back with it: only copies kept "
                 "elsewhere exclude that."
               : "";
}

std::string about_what_proves_nothing(const EvidenceReport& report) {
    const auto useless =
        std::ranges::count_if(report.checkpoints, [](const CheckpointFinding& finding) {
            return finding.verdict == Verdict::unknown_signer ||
                   finding.verdict == Verdict::other_log;
        });
    return useless == 0 ? ""
                        : std::to_string(useless) +
                              " of the checkpoints prove nothing: signed by "
                              "no key that was given, or of another log.";
}

}  // namespace

std::vector<std::string> gaps_of(const EvidenceReport& report, Given keys, Given stored_head) {
    std::vector<std::string> sentences = {
        about_content(report, keys),       about_the_start(report),
        about_the_rest(report, keys),      about_the_end(report, stored_head),
        about_the_chain(report, keys),     about_the_signer(report),
        about_what_proves_nothing(report),
    };
    std::erase(sentences, "");
    return sentences;
}

}  // namespace rgw::audit
