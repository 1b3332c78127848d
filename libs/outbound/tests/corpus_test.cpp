// Every input the fuzzer has found worth keeping goes through its target again.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "targets.hpp"

namespace rgw::fuzz {
namespace {

TEST(AwsAnswerCorpus, HoldsEveryInvariant) {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(RGW_FUZZ_CORPUS)) {
        std::ifstream file(entry.path(), std::ios::binary);
        aws_answer(
            std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
        ++files;
    }
    EXPECT_GT(files, 3);
}

}  // namespace
}  // namespace rgw::fuzz
