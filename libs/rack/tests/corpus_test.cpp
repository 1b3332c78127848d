// Every input the fuzzer has found worth keeping goes through its target again.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "targets.hpp"

namespace rgw::fuzz {
namespace {

int run_corpus(const std::string& name, void (*target)(std::string_view)) {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(RGW_FUZZ_CORPUS "/" + name)) {
        std::ifstream file(entry.path(), std::ios::binary);
        target(std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
        ++files;
    }
    return files;
}

TEST(PathMatcherCorpus, HoldsEveryInvariant) {
    EXPECT_GT(run_corpus("path_matcher", path_matcher), 3);
}

TEST(MaskReleaseCorpus, HoldsEveryInvariant) {
    EXPECT_GT(run_corpus("mask_release", mask_release), 3);
}

}  // namespace
}  // namespace rgw::fuzz
