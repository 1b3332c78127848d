#include "rgw/audit/export_file.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "rgw/audit/log_export.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::audit {
namespace {

// Quotes are escaped inside of JSON strings, so that this stands in a line as a member only.
constexpr std::string_view proof_start = R"(,"proof":{"tree_size":)";
constexpr std::string_view nodes_start = R"(,"nodes":[)";
constexpr std::string_view proof_end = "]}}";
constexpr std::string_view signature_start = "\xE2\x80\x94 ";
// No tree is deeper.
constexpr std::size_t most_nodes = 64;

Error refusal(std::string_view why) {
    return {Errc::invalid_value, "export line: its proof " + std::string(why)};
}

bool take(std::string_view& text, std::string_view prefix) {
    const bool there = text.starts_with(prefix);
    text.remove_prefix(there ? prefix.size() : 0);
    return there;
}

bool take_node(std::string_view& text, std::vector<Hash>& nodes) {
    const std::size_t end = text.find('"', 1);
    if (!text.starts_with('"') || end == std::string_view::npos) {
        return false;
    }
    const auto bytes = crypto::parse_base64(text.substr(1, end - 1));
    Hash node{};
    if (!bytes || bytes->size() != node.size()) {
        return false;
    }
    std::ranges::copy(crypto::bytes_of(*bytes), node.begin());
    nodes.push_back(node);
    text.remove_prefix(end + 1);
    return true;
}

// What follows proof_start, to the end of the line.
Result<LineProof> parse_proof(std::string_view text) {
    LineProof proof;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), proof.tree_size);
    const bool number = error == std::errc() && !text.empty() && text.front() >= '1';
    if (!number) {
        return refusal("has no size of a checkpoint");
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    bool proper = take(text, nodes_start);
    while (proper && text != proof_end) {
        proper = (proof.nodes.empty() || take(text, ",")) && proof.nodes.size() < most_nodes &&
                 take_node(text, proof.nodes);
    }
    return proper ? Result<LineProof>(std::move(proof)) : refusal("is not a list of hashes");
}

}  // namespace

void append_proof(std::string& line, const LineProof& proof) {
    line.erase(line.rfind('}'));
    line += proof_start;
    line += std::to_string(proof.tree_size);
    line += nodes_start;
    for (const Hash& node : proof.nodes) {
        line += &node == proof.nodes.data() ? "\"" : ",\"";
        line += crypto::base64(crypto::text_of(node));
        line += '"';
    }
    line += proof_end;
    line += '\n';
}

Result<ExportedEvent> parse_exported(std::string_view line) {
    if (line.ends_with('\n')) {
        line.remove_suffix(1);
    }
    ExportedEvent exported;
    // Looking for it from the end of every line would cost as much as reading the line.
    const std::size_t at =
        line.ends_with(proof_end) ? line.rfind(proof_start) : std::string_view::npos;
    std::string bare;
    if (at != std::string_view::npos) {
        Result<LineProof> proof = parse_proof(line.substr(at + proof_start.size()));
        if (!proof) {
            return proof.error();
        }
        exported.proof = std::move(*proof);
        bare = line.substr(0, at);
        bare += '}';
    }
    Result<StoredEvent> stored = parse_ndjson(at == std::string_view::npos ? line : bare);
    if (!stored) {
        return stored.error();
    }
    exported.stored = std::move(*stored);
    return exported;
}

std::vector<std::string> split_notes(std::string_view text) {
    std::vector<std::string> notes;
    bool signed_already = false;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        const bool signature = line.starts_with(signature_start);
        if (notes.empty() || (!signature && signed_already)) {
            notes.emplace_back();
        }
        signed_already = signature;
        notes.back() += text.substr(0, line.size() + 1);
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return notes;
}

}  // namespace rgw::audit
