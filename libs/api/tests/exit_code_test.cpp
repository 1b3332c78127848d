#include "exit_code.hpp"

#include <gtest/gtest.h>

namespace rgw::api {
namespace {

std::optional<int> found_in(const std::string& text, std::size_t piece_bytes) {
    ExitCodeFinder finder;
    for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
        const std::string piece = text.substr(at, piece_bytes);
        finder.see(piece);
    }
    return finder.found();
}

TEST(ExitCode, IsFoundHoweverTheOutputIsCut) {
    const std::string marker(exit_code_marker);
    const struct {
        std::string output;
        std::optional<int> code;
    } cases[] = {
        {marker + "0\n", 0},
        {"some output\n" + marker + "137\n", 137},
        {"some output" + marker + "-1\n", -1},
        {marker + "3\nmore output after it\n", 3},
        {marker + "1\n" + std::string(5000, 'x') + marker + "2\n", 2},
        {marker, std::nullopt},
        {marker + "\n", std::nullopt},
        {marker + "12", std::nullopt},
        {marker + "x\n", std::nullopt},
        {marker + "99999999999999\n", std::nullopt},
        {"F1E49A85-0AD7-4AEF-A618:0\n", std::nullopt},
        {"", std::nullopt},
    };
    for (const auto& c : cases) {
        for (const std::size_t piece : {1UL, 7UL, 37UL, 38UL, 1000UL, 100'000UL}) {
            EXPECT_EQ(found_in(c.output, piece), c.code)
                << c.output.substr(0, 60) << " by " << piece;
        }
    }
}

}  // namespace
}  // namespace rgw::api
