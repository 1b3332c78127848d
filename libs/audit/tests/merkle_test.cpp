#include "rgw/audit/merkle.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <span>
#include <string>
#include <vector>

#include "rgw/audit/chain.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::audit {
namespace {

// RFC 6962 §2.1 as it is written there, without any of the code under test.
Hash mth(std::span<const std::string> entries) {
    if (entries.empty()) {
        return crypto::sha256(std::string_view());
    }
    if (entries.size() == 1) {
        return crypto::sha256(std::string("\0", 1) + entries[0]);
    }
    const std::size_t split = std::bit_floor(entries.size() - 1);
    const Hash left = mth(entries.first(split));
    const Hash right = mth(entries.subspan(split));
    return crypto::sha256("\1" + std::string(crypto::text_of(left)) +
                          std::string(crypto::text_of(right)));
}

TEST(CompactTree, HasTheRootsOfTheKnownRfc6962TestTree) {
    // The eight leaves and roots that Certificate Transparency implementations test with.
    const std::string leaves[] = {"",
                                  "00",
                                  "10",
                                  "2021",
                                  "3031",
                                  "40414243",
                                  "5051525354555657",
                                  "606162636465666768696a6b6c6d6e6f"};
    const std::string roots[] = {
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    CompactTree tree;
    EXPECT_EQ(crypto::hex(tree.root()),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (std::size_t i = 0; i < std::size(leaves); ++i) {
        tree.append(leaf_hash(*crypto::parse_hex(leaves[i])));
        EXPECT_EQ(crypto::hex(tree.root()), roots[i]) << "size " << i + 1;
    }
}

TEST(CompactTree, AgreesWithTheRecursiveDefinitionAtEverySizeAndSurvivesStorage) {
    std::vector<std::string> entries;
    CompactTree tree;
    for (int i = 0; i < 300; ++i) {
        entries.push_back("entry " + std::to_string(i));
        tree.append(leaf_hash(entries.back()));
        ASSERT_EQ(tree.size(), i + 1);
        ASSERT_EQ(tree.root(), mth(entries)) << "size " << i + 1;
        // goes on from what was stored
        tree = CompactTree::parse(tree.size(), tree.serialise()).value();
    }
}

TEST(CompactTree, RefusesHashesThatDoNotFitTheSize) {
    const std::string hash(32, 'h');
    EXPECT_TRUE(CompactTree::parse(0, ""));
    EXPECT_TRUE(CompactTree::parse(3, hash + hash));
    for (const auto& [size, bytes] : std::vector<std::pair<std::int64_t, std::string>>{
             {0, hash}, {1, ""}, {3, hash}, {4, hash + hash}, {1, hash + "x"}, {-1, hash}}) {
        EXPECT_FALSE(CompactTree::parse(size, bytes)) << size;
    }
}

}  // namespace
}  // namespace rgw::audit
