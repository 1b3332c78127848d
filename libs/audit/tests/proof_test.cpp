#include "rgw/audit/proof.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <map>
#include <random>
#include <string>

#include "rgw/audit/chain.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::audit {

// For the messages of the tests; the name is GoogleTest's.
// NOLINTNEXTLINE(readability-identifier-naming)
static void PrintTo(const LeafRange& range, std::ostream* out) {
    *out << '[' << range.begin << ':' << range.end << ')';
}

namespace {

// The definitions of RFC 9162 §2.1 as they are written there: recursive, slow, and sharing nothing
// with the code under test. D[begin:end] is written as a range.
class Definition {
public:
    using Ranges = std::vector<LeafRange>;

    static Hash leaf(std::int64_t index) {
        return crypto::sha256(std::string("\0", 1) + "entry " + std::to_string(index));
    }

    // §2.1.1
    Hash mth(LeafRange d) {
        const auto known = known_.find({d.begin, d.end});
        if (known != known_.end()) {
            return known->second;
        }
        const std::int64_t n = d.end - d.begin;
        Hash hash{};
        if (n == 0) {
            hash = crypto::sha256("");
        } else if (n == 1) {
            hash = leaf(d.begin);
        } else {
            const std::int64_t k = power_below(n);
            hash = crypto::sha256("\x01" + text(mth({d.begin, d.begin + k})) +
                                  text(mth({d.begin + k, d.end})));
        }
        known_[{d.begin, d.end}] = hash;
        return hash;
    }

    // §2.1.3.1, `m` relative to the range
    static Ranges path(std::int64_t m, LeafRange d) {
        const std::int64_t n = d.end - d.begin;
        if (n == 1) {
            return {};
        }
        const std::int64_t k = power_below(n);
        const LeafRange left{d.begin, d.begin + k};
        const LeafRange right{d.begin + k, d.end};
        return m < k ? joined(path(m, left), right) : joined(path(m - k, right), left);
    }

    // §2.1.4.1
    static Ranges proof(std::int64_t m, std::int64_t n) { return subproof(m, {0, n}, true); }

    // From the leaf to the root: whether the node beside it comes before it.
    static std::vector<bool> sides(std::int64_t m, std::int64_t n) {
        if (n == 1) {
            return {};
        }
        const std::int64_t k = power_below(n);
        std::vector<bool> out = m < k ? sides(m, k) : sides(m - k, n - k);
        out.push_back(m >= k);
        return out;
    }

    // From the smallest node to the root: whether the node beside it comes before it; in front of
    // them whether the smallest node is told ('?') or is the first tree itself.
    static std::string shape(std::int64_t m, std::int64_t n, bool b = true) {
        if (m == n) {
            return b ? "" : "?";
        }
        const std::int64_t k = power_below(n);
        return m <= k ? shape(m, k, b) + ">" : shape(m - k, n - k, false) + "<";
    }

    std::vector<Hash> hashes(const Ranges& ranges) {
        std::vector<Hash> out;
        for (const LeafRange& range : ranges) {
            out.push_back(mth(range));
        }
        return out;
    }
    Hash root(std::int64_t size) { return mth({0, size}); }

private:
    static std::int64_t power_below(std::int64_t n) {
        std::int64_t k = 1;
        while (2 * k < n) {
            k *= 2;
        }
        return k;
    }
    static std::string text(const Hash& hash) { return std::string(crypto::text_of(hash)); }
    static Ranges joined(Ranges front, LeafRange last) {
        front.push_back(last);
        return front;
    }
    static Ranges subproof(std::int64_t m, LeafRange d, bool b) {
        const std::int64_t n = d.end - d.begin;
        if (m == n) {
            return b ? Ranges{} : Ranges{d};
        }
        const std::int64_t k = power_below(n);
        const LeafRange left{d.begin, d.begin + k};
        const LeafRange right{d.begin + k, d.end};
        return m <= k ? joined(subproof(m, left, b), right)
                      : joined(subproof(m - k, right, false), left);
    }

    std::map<std::pair<std::int64_t, std::int64_t>, Hash> known_;
};

constexpr std::int64_t largest = 130;

Hash flipped(Hash hash, std::size_t bit) {
    hash[bit / 8] ^= std::byte{static_cast<unsigned char>(1U << (bit % 8))};
    return hash;
}

TEST(Proof, EveryLeafOfEverySmallTreeIsProvedAsTheRfcDefines) {
    Definition rfc;
    CompactTree tree;
    for (std::int64_t size = 1; size <= largest; ++size) {
        tree.append(Definition::leaf(size - 1));
        ASSERT_EQ(tree.root(), rfc.root(size));
        for (std::int64_t index = 0; index < size; ++index) {
            const auto path = inclusion_path(index, size);
            ASSERT_EQ(path, Definition::path(index, {0, size})) << index << " of " << size;
            ASSERT_TRUE(proves_inclusion(index, size, Definition::leaf(index), rfc.hashes(path),
                                         tree.root()))
                << index << " of " << size;
        }
    }
}

TEST(Proof, EverySmallTreeIsProvedTheBeginningOfEveryLargerOne) {
    Definition rfc;
    for (std::int64_t second = 1; second <= largest; ++second) {
        for (std::int64_t first = 1; first <= second; ++first) {
            const auto path = consistency_path(first, second);
            ASSERT_EQ(path, Definition::proof(first, second)) << first << " to " << second;
            ASSERT_TRUE(proves_consistency(first, second, rfc.root(first), rfc.root(second),
                                           rfc.hashes(path)))
                << first << " to " << second;
        }
    }
}

void expect_contract(const LeafRange& range, std::int64_t size) {
    const auto length = static_cast<std::uint64_t>(range.end - range.begin);
    ASSERT_GT(length, 0U);
    EXPECT_TRUE(std::has_single_bit(length) || range.end == size);
    EXPECT_EQ(static_cast<std::uint64_t>(range.begin) % std::bit_ceil(length), 0U)
        << ::testing::PrintToString(range);
}

TEST(Proof, TheShapesOfLargeTreesAreThoseOfTheRfc) {
    std::mt19937_64 random(42);  // NOLINT(bugprone-random-generator-seed): the same every time
    for (int i = 0; i < 3000; ++i) {
        const std::int64_t most = std::int64_t{1} << (i % 41);
        const auto below = [&](std::int64_t bound) {
            return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound));
        };
        const std::int64_t size = i % 7 == 0 ? most : 1 + below(most);
        const std::int64_t index = i % 5 == 0 ? size - 1 : below(size);
        const auto inclusion = inclusion_path(index, size);
        ASSERT_EQ(inclusion, Definition::path(index, {0, size})) << index << " of " << size;
        const auto consistency = consistency_path(index + 1, size);
        ASSERT_EQ(consistency, Definition::proof(index + 1, size)) << index + 1 << " to " << size;

        // The leaf and the nodes beside its path are all leaves, each once.
        std::int64_t leaves = 1;
        for (const LeafRange& range : inclusion) {
            expect_contract(range, size);
            EXPECT_TRUE(index < range.begin || index >= range.end);
            leaves += range.end - range.begin;
        }
        EXPECT_EQ(leaves, size);
        for (const LeafRange& range : consistency) {
            expect_contract(range, size);
        }
    }
    EXPECT_EQ(inclusion_path(0, INT64_MAX).size(), 63U);
    EXPECT_EQ(consistency_path(1, INT64_MAX).size(), 63U);
}

TEST(Proof, NumbersThatNoTreeHasAreRefused) {
    Definition rfc;
    const Hash leaf = Definition::leaf(0);
    const std::pair<std::int64_t, std::int64_t> bad_leaves[] = {
        {-1, 1}, {0, 0}, {1, 1}, {5, 4}, {0, -1}, {INT64_MIN, INT64_MAX}, {INT64_MAX, INT64_MIN}};
    for (const auto& [index, size] : bad_leaves) {
        EXPECT_THROW((void)inclusion_path(index, size), std::invalid_argument);
        EXPECT_FALSE(proves_inclusion(index, size, leaf, {}, leaf)) << index << " of " << size;
    }
    const std::pair<std::int64_t, std::int64_t> bad_trees[] = {
        {0, 0}, {0, 1}, {-1, 1}, {2, 1}, {-2, -1}, {INT64_MIN, INT64_MAX}};
    for (const auto& [first, second] : bad_trees) {
        EXPECT_THROW((void)consistency_path(first, second), std::invalid_argument);
        EXPECT_FALSE(proves_consistency(first, second, leaf, leaf, {})) << first << " " << second;
    }
}

// Proofs that differ from a good one in one place: a bit, a node, the order.
void for_each_touched(const std::vector<Hash>& proof,
                      const std::function<void(const std::vector<Hash>&)>& check) {
    for (std::size_t node = 0; node < proof.size(); ++node) {
        for (std::size_t bit = 0; bit < 256; ++bit) {
            std::vector<Hash> touched = proof;
            touched[node] = flipped(touched[node], bit);
            check(touched);
        }
        std::vector<Hash> dropped = proof;
        dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(node));
        check(dropped);
        for (std::size_t other = node + 1; other < proof.size(); ++other) {
            std::vector<Hash> swapped = proof;
            std::swap(swapped[node], swapped[other]);
            check(swapped);
        }
    }
    for (std::size_t at = 0; at <= proof.size(); ++at) {
        for (const Hash& more : {Hash{}, proof.empty() ? Definition::leaf(1) : proof.back()}) {
            std::vector<Hash> longer = proof;
            longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(at), more);
            check(longer);
        }
    }
}

constexpr std::int64_t small = 9;

TEST(Proof, NoTouchedProofOfALeafIsTaken) {
    Definition rfc;
    for (std::int64_t size = 1; size <= small; ++size) {
        for (std::int64_t index = 0; index < size; ++index) {
            const Hash leaf = Definition::leaf(index);
            const std::vector<Hash> proof = rfc.hashes(Definition::path(index, {0, size}));
            for_each_touched(proof, [&](const std::vector<Hash>& touched) {
                EXPECT_FALSE(proves_inclusion(index, size, leaf, touched, rfc.root(size)));
            });
            for (std::size_t bit = 0; bit < 256; ++bit) {
                EXPECT_FALSE(
                    proves_inclusion(index, size, flipped(leaf, bit), proof, rfc.root(size)));
                EXPECT_FALSE(
                    proves_inclusion(index, size, leaf, proof, flipped(rfc.root(size), bit)));
            }
        }
    }
}

TEST(Proof, NoTouchedProofOfABeginningIsTaken) {
    Definition rfc;
    for (std::int64_t second = 1; second <= small; ++second) {
        for (std::int64_t first = 1; first <= second; ++first) {
            const std::vector<Hash> proof = rfc.hashes(Definition::proof(first, second));
            const Hash from = rfc.root(first);
            const Hash to = rfc.root(second);
            for_each_touched(proof, [&](const std::vector<Hash>& touched) {
                EXPECT_FALSE(proves_consistency(first, second, from, to, touched));
            });
            for (std::size_t bit = 0; bit < 256; ++bit) {
                EXPECT_FALSE(proves_consistency(first, second, flipped(from, bit), to, proof));
                EXPECT_FALSE(proves_consistency(first, second, from, flipped(to, bit), proof));
            }
            if (first != second) {
                EXPECT_FALSE(proves_consistency(first, second, to, from, proof)) << "roots swapped";
            }
        }
    }
}

TEST(Proof, AProofIsForItsOwnIndexAndSize) {
    Definition rfc;
    constexpr std::int64_t most = 2 * small;
    for (std::int64_t size = 1; size <= most; ++size) {
        for (std::int64_t index = 0; index < size; ++index) {
            const Hash leaf = Definition::leaf(index);
            const std::vector<Hash> proof = rfc.hashes(Definition::path(index, {0, size}));
            for (std::int64_t n = 1; n <= most; ++n) {
                for (std::int64_t m = 0; m < n; ++m) {
                    const bool same = m == index && n == size;
                    EXPECT_EQ(proves_inclusion(m, n, leaf, proof, rfc.root(n)), same)
                        << index << " of " << size << " as " << m << " of " << n;
                    // Under the root it was made for it goes up the same way or not at all: the
                    // size that belongs to a root is the checkpoint's to say.
                    EXPECT_EQ(proves_inclusion(m, n, leaf, proof, rfc.root(size)),
                              Definition::sides(m, n) == Definition::sides(index, size))
                        << index << " of " << size << " as " << m << " of " << n;
                }
            }
        }
    }
}

TEST(Proof, AProofIsForItsOwnTwoSizes) {
    Definition rfc;
    for (std::int64_t second = 2; second <= 2 * small; ++second) {
        for (std::int64_t first = 1; first < second; ++first) {
            const std::vector<Hash> proof = rfc.hashes(Definition::proof(first, second));
            for (std::int64_t n = 1; n <= 2 * small; ++n) {
                for (std::int64_t m = 1; m <= n; ++m) {
                    EXPECT_EQ(proves_consistency(m, n, rfc.root(m), rfc.root(n), proof),
                              m == first && n == second)
                        << first << " to " << second << " as " << m << " to " << n;
                    // Under the roots it was made for, as above.
                    EXPECT_EQ(proves_consistency(m, n, rfc.root(first), rfc.root(second), proof),
                              Definition::shape(m, n) == Definition::shape(first, second))
                        << first << " to " << second << " as " << m << " to " << n;
                }
            }
        }
    }
}

// Somebody has two histories and wants one proof for both.
TEST(Proof, ATreeThatWasRewrittenIsNotTheBeginningOfTheNext) {
    Definition rfc;
    CompactTree rewritten;
    for (std::int64_t i = 0; i < 6; ++i) {
        rewritten.append(Definition::leaf(i == 3 ? 99 : i));
    }
    for (std::int64_t second = 7; second <= 20; ++second) {
        EXPECT_FALSE(proves_consistency(6, second, rewritten.root(), rfc.root(second),
                                        rfc.hashes(Definition::proof(6, second))));
    }
}

}  // namespace
}  // namespace rgw::audit
