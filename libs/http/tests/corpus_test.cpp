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

TEST(FuzzCorpus, HoldsEveryInvariant) {
    EXPECT_GT(run_all("head_parser", head_parser), 3U);
    EXPECT_GT(run_all("chunked", chunked), 3U);
    EXPECT_GT(run_all("request_target", request_target), 3U);
    EXPECT_GT(run_all("websocket_frames", websocket_frames), 3U);
}

}  // namespace
}  // namespace rgw::fuzz
