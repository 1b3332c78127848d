#include "rgw/audit/archive.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "gzip.hpp"
#include "rgw/audit/export_file.hpp"
#include "rgw/audit/log_export.hpp"

namespace rgw::audit {
namespace {

// A line has 64 KiB at most; a whole segment of such lines nobody has.
constexpr std::size_t max_segment_bytes = 256UL * 1024 * 1024;

Error broken(std::int64_t line, const std::string& why) {
    return {Errc::invalid_value, fmt::format("line {}: {}", line, why)};
}

}  // namespace

class SegmentWriter::Compression : public GzipWriter {};

std::string segment_key(std::string_view chain_id, LeafRange events) {
    return fmt::format("{}/segments/{:012}-{:012}.ndjson.gz", chain_id, events.begin,
                       events.end - 1);
}

SegmentWriter::SegmentWriter(GroupedTree tree)
    : tree_(std::move(tree)), compression_(std::make_unique<Compression>()) {}
SegmentWriter::~SegmentWriter() = default;
SegmentWriter::SegmentWriter(SegmentWriter&&) noexcept = default;

Result<void> SegmentWriter::add(const std::vector<StoredEvent>& group) {
    if (std::ssize(group) != group_size || group.front().chain_index % group_size != 0) {
        throw std::invalid_argument("a segment is made of whole groups");
    }
    const std::int64_t first = group.front().chain_index;
    std::vector<Hash> leaves;
    leaves.reserve(group.size());
    for (const StoredEvent& stored : group) {
        const std::optional<Hash> leaf = leaf_of(stored);
        if (!leaf) {
            return Error(Errc::invalid_value,
                         fmt::format("event {} holds what no event can have", stored.chain_index));
        }
        leaves.push_back(*leaf);
    }
    if (!tree_.open_group(first / group_size, leaves)) {
        return Error(Errc::invalid_value,
                     fmt::format("the events {} to {} are not those that were signed", first,
                                 first + group_size - 1));
    }
    leaves_.insert(leaves_.end(), leaves.begin(), leaves.end());
    std::string line;
    for (const StoredEvent& stored : group) {
        line.clear();
        append_ndjson(line, stored);
        append_proof(line,
                     {.tree_size = tree_.size(),
                      .nodes = tree_.nodes(inclusion_path(stored.chain_index, tree_.size()))});
        compression_->add(line);
    }
    return {};
}

std::string SegmentWriter::finish() {
    return compression_->finish();
}

Result<SegmentContent> read_segment(std::string_view body) {
    Result<std::string> text = gunzip(body, max_segment_bytes);
    if (!text) {
        return text.error();
    }
    SegmentContent content;
    for (std::string_view rest = *text; !rest.empty();) {
        const std::int64_t line = std::ssize(content.leaves) + 1;
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) {
            return broken(line, "it has no end");
        }
        const Result<ExportedEvent> event = parse_exported(rest.substr(0, end));
        if (!event) {
            return broken(line, event.error().detail);
        }
        const std::optional<Hash> leaf = leaf_of(event->stored);
        if (!leaf || !event->proof) {
            return broken(line, leaf ? "it has no proof" : "it holds what no event can have");
        }
        if (content.leaves.empty()) {
            content.first_index = event->stored.chain_index;
            content.tree_size = event->proof->tree_size;
        }
        if (event->stored.chain_index != content.first_index + std::ssize(content.leaves) ||
            event->proof->tree_size != content.tree_size) {
            return broken(line, "it does not follow the one before");
        }
        content.leaves.push_back(*leaf);
        rest.remove_prefix(end + 1);
    }
    return content.leaves.empty() ? Error(Errc::invalid_value, "it has no events")
                                  : Result<SegmentContent>(std::move(content));
}

}  // namespace rgw::audit
