#include "rgw/audit/anchor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "rgw/base/json.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::audit {
namespace {

constexpr std::string_view key_line = "anchor ";
constexpr std::string_view time_line = "time ";
constexpr std::string_view head_line = "head ";
constexpr std::string_view previous_line = "previous ";
constexpr std::string_view retain_line = "retain ";
constexpr std::string_view passed_line = "passed-over ";

Error refusal(std::string_view why) {
    return {Errc::invalid_value, "anchor: " + std::string(why)};
}

std::optional<Hash> parse_hash(std::string_view text) {
    const auto bytes = crypto::parse_hex(text);
    Hash hash{};
    if (!bytes || bytes->size() != hash.size()) {
        return std::nullopt;
    }
    std::ranges::copy(crypto::bytes_of(*bytes), hash.begin());
    return hash;
}

std::vector<std::string> signed_lines(const Anchor& anchor) {
    std::vector<std::string> lines{
        fmt::format("{}{}", key_line, anchor.object_key),
        fmt::format("{}{}", time_line, rfc3339_seconds(anchor.at)),
        fmt::format("{}{}", head_line, crypto::hex(anchor.last_hash)),
        anchor.previous
            ? fmt::format("{}{} {}", previous_line, crypto::hex(anchor.previous->body_hash),
                          anchor.previous->object_key)
            : fmt::format("{}none", previous_line),
        fmt::format("{}{}", retain_line, rfc3339_seconds(anchor.retain_until))};
    if (anchor.passed_over) {
        lines.push_back(fmt::format("{}{}", passed_line, *anchor.passed_over));
    }
    return lines;
}

std::string body_of(const Anchor& anchor, std::string_view note) {
    std::string body;
    const auto add = [&body](std::string_view name, std::string_view text) {
        body += body.empty() ? "{\"" : ",\"";
        body += name;
        body += "\":";
        append_json_string(body, text);
    };
    const auto add_number = [&body](std::string_view name, std::int64_t number) {
        body += fmt::format(",\"{}\":{}", name, number);
    };
    add("chain_id", anchor.chain_id);
    add_number("last_seq", anchor.tree_size - 1);
    add("last_hash", crypto::hex(anchor.last_hash));
    add("ts_utc", rfc3339_seconds(anchor.at));
    add("db_snapshot_lsn", "");
    if (anchor.previous) {
        add("prev_anchor_hash", crypto::hex(anchor.previous->body_hash));
        add("prev_object_key", anchor.previous->object_key);
    }
    add_number("tree_size", anchor.tree_size);
    add("object_key", anchor.object_key);
    add("retain_until", rfc3339_seconds(anchor.retain_until));
    add("checkpoint", note);
    return body + "}\n";
}

// The rest of a line that begins so.
std::optional<std::string_view> after(std::string_view begin, std::string_view line) {
    return line.starts_with(begin) ? std::optional(line.substr(begin.size())) : std::nullopt;
}

std::optional<AnchorLink> parse_link(std::string_view text) {
    const std::size_t space = text.find(' ');
    const auto hash = parse_hash(text.substr(0, space));
    if (!hash || space == std::string_view::npos) {
        return std::nullopt;
    }
    return AnchorLink{.object_key = std::string(text.substr(space + 1)), .body_hash = *hash};
}

// Takes the lines one by one and keeps the first thing that is wrong.
class LineReader {
public:
    explicit LineReader(const std::vector<std::string>& lines) : lines_(lines) {}

    std::string_view take(std::string_view begin) {
        const auto rest = next_ < lines_.size() ? after(begin, lines_[next_]) : std::nullopt;
        ++next_;
        sound_ = sound_ && rest;
        return rest.value_or("");
    }
    Timestamp take_time(std::string_view begin) {
        const Result<Timestamp> at = parse_rfc3339(take(begin));
        sound_ = sound_ && at;
        return at ? *at : Timestamp();
    }
    [[nodiscard]] bool more() const { return next_ < lines_.size(); }
    [[nodiscard]] bool finished() const { return sound_ && next_ == lines_.size(); }
    void refuse() { sound_ = false; }

private:
    const std::vector<std::string>& lines_;
    std::size_t next_ = 0;
    bool sound_ = true;
};

}  // namespace

bool is_chain_id(std::string_view text) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !text.empty() && text.size() <= 64 && plain(text.front()) &&
           std::ranges::all_of(
               text, [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

std::string anchor_key(std::string_view chain_id, Timestamp at, std::int64_t tree_size) {
    const std::string time = rfc3339_seconds(at);  // 2026-11-25T20:15:30Z
    const auto part = [&time](std::size_t from, std::size_t count) {
        return std::string_view(time).substr(from, count);
    };
    return fmt::format("{}/{}/{}/{}/{}/anchor-{}{}{}T{}{}{}Z-{:012}.json", chain_id, part(0, 4),
                       part(5, 2), part(8, 2), part(11, 2), part(0, 4), part(5, 2), part(8, 2),
                       part(11, 2), part(14, 2), part(17, 2), tree_size);
}

bool is_anchor_key(std::string_view key, std::string_view chain_id) {
    constexpr std::string_view form = "/dddd/dd/dd/dd/anchor-ddddddddTddddddZ-dddddddddddd.json";
    if (!key.starts_with(chain_id) || key.size() - chain_id.size() != form.size()) {
        return false;
    }
    return std::ranges::equal(key.substr(chain_id.size()), form, [](char c, char expected) {
        return expected == 'd' ? c >= '0' && c <= '9' : c == expected;
    });
}

std::string write_anchor(const Anchor& anchor, std::span<const NoteSigner> signers) {
    return body_of(anchor, write_checkpoint({.origin = signers.front().name(),
                                             .tree_size = anchor.tree_size,
                                             .root = anchor.root,
                                             .extensions = signed_lines(anchor)},
                                            signers));
}

Result<ReadAnchor> read_anchor(std::string_view body) {
    const auto object = parse_json_object(body, {.bytes = max_anchor_bytes, .depth = 1});
    if (!object) {
        return refusal("it is no JSON object");
    }
    ReadAnchor read{.anchor = {}, .note = std::string(text_member(*object, "checkpoint"))};
    const Result<Checkpoint> checkpoint = parse_checkpoint(read.note);
    if (!checkpoint) {
        return refusal("it holds no checkpoint: " + checkpoint.error().detail);
    }
    Anchor& anchor = read.anchor;
    anchor.tree_size = checkpoint->tree_size;
    anchor.root = checkpoint->root;
    LineReader lines(checkpoint->extensions);
    anchor.object_key = lines.take(key_line);
    anchor.chain_id = anchor.object_key.substr(0, anchor.object_key.find('/'));
    anchor.at = lines.take_time(time_line);
    const auto head = parse_hash(lines.take(head_line));
    anchor.last_hash = head.value_or(Hash{});
    if (const std::string_view link = lines.take(previous_line); link != "none") {
        anchor.previous = parse_link(link);
        if (!anchor.previous) {
            lines.refuse();
        }
    }
    anchor.retain_until = lines.take_time(retain_line);
    if (lines.more()) {
        anchor.passed_over = lines.take(passed_line);
    }
    // A time has more than one spelling, and a size may have more digits than a key: compared with
    // what would be written, nothing passes by either.
    if (!head || !lines.finished() || signed_lines(anchor) != checkpoint->extensions ||
        anchor.tree_size < 1 || !is_chain_id(anchor.chain_id) ||
        !is_anchor_key(anchor.object_key, anchor.chain_id) ||
        anchor.object_key != anchor_key(anchor.chain_id, anchor.at, anchor.tree_size)) {
        return refusal("the lines of its checkpoint are no anchor's");
    }
    if (body != body_of(anchor, read.note)) {
        return refusal("it says something else than its checkpoint");
    }
    return read;
}

}  // namespace rgw::audit
