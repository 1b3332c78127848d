#include "rgw/audit/anchor.hpp"

#include <string>
#include <vector>

#include "require.hpp"
#include "rgw/audit/anchor_set.hpp"
#include "targets.hpp"

namespace rgw::fuzz {
namespace {

using namespace rgw::audit;

const std::vector<NoteSigner>& signers() {
    static const std::vector<NoteSigner> signers = {
        NoteSigner::make("gateway.example.com/audit",
                         crypto::SigningKey::ed25519(Secret(std::string(32, 's'))).value())
            .value()};
    return signers;
}

// Beside itself under another name and without a key: nothing of it counts, and nothing breaks.
void check_set(std::string_view body, const std::string& key) {
    const std::vector<NoteVerifier> keys = {
        NoteVerifier::parse(signers().front().verifier_text()).value()};
    const AnchorSet set({{.place = key, .body = std::string(body)},
                         {.place = "elsewhere.json", .body = std::string(body)}},
                        keys);
    require(set.notes().size() == set.places().size() && set.notes().size() <= 2);
    require(!set.findings().empty() && !set.findings().front().explanation.empty());
}

}  // namespace

void anchor(std::string_view input) {
    const auto read = read_anchor(input);
    check_set(input, read ? read->anchor.object_key : "a.json");
    if (!read) {
        require(read.error().code == Errc::invalid_value && !read.error().detail.empty());
        return;
    }
    const Anchor& said = read->anchor;
    require(input.size() <= max_anchor_bytes && is_chain_id(said.chain_id) && said.tree_size >= 0);
    require(is_anchor_key(said.object_key, said.chain_id));
    require(said.object_key == anchor_key(said.chain_id, said.at, said.tree_size));
    // Signed anew it is the same anchor; there is one spelling of what it says.
    const auto again = read_anchor(write_anchor(said, signers()));
    require(again && again->anchor == said);
}

}  // namespace rgw::fuzz
