// Every input the fuzzers have found worth keeping goes through its target again.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "targets.hpp"

namespace rgw::fuzz {
namespace {

std::size_t run_all(const std::string& corpus, void (*target)(std::string_view)) {
    std::size_t files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(RGW_FUZZ_CORPUS) / corpus)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file),
                                std::istreambuf_iterator<char>()};
        target(bytes);
        ++files;
    }
    return files;
}

TEST(AnchorCorpus, HoldsEveryInvariant) {
    EXPECT_GT(run_all("anchor", anchor), 8U);
}

TEST(AuditQueryCorpus, HoldsEveryInvariant) {
    EXPECT_GT(run_all("audit_query", audit_query), 3U);
}

TEST(CheckpointCorpus, HoldsEveryInvariant) {
    EXPECT_GT(run_all("checkpoint", checkpoint), 3U);
}

TEST(NdjsonEventCorpus, HoldsEveryInvariant) {
    EXPECT_GT(run_all("ndjson_event", ndjson_event), 3U);
}

}  // namespace
}  // namespace rgw::fuzz
