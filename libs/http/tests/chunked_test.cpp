#include "chunked.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/parsing.hpp"

namespace rgw::http::test {
namespace {

using namespace std::string_literals;

struct Case {
    std::string bytes;
    std::string outcome;
};

void check(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        SCOPED_TRACE(testing::PrintToString(c.bytes.substr(0, 80)));
        EXPECT_EQ(describe_chunked(c.bytes, c.bytes.size() + 1, 100), c.outcome);
        for (const std::size_t room : {1, 3, 100}) {
            for (std::size_t step = 1; step < std::min<std::size_t>(c.bytes.size(), 40); ++step) {
                ASSERT_EQ(describe_chunked(c.bytes, step, room), c.outcome)
                    << step << " into " << room;
            }
        }
    }
}

TEST(ChunkDecoder, JoinsChunks) {
    check({
        {"0\r\n\r\n", " done"},
        {"5\r\nhello\r\n0\r\n\r\n", "hello done"},
        {"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc done"},
        {"a\r\n0123456789\r\n0\r\n\r\n", "0123456789 done"},
        {"A\r\n0123456789\r\n00\r\n\r\n", "0123456789 done"},
        {"0000000000000003\r\nabc\r\n0\r\n\r\n", "abc done"},
        {"2\r\n\r\n\r\n0\r\n\r\n", "\r\n done"},
        {"0\r\n\r\nGET /", " done +5"},
        {"5\r\nhel", "hel more"},
        {"5\r\nhello\r\n", "hello more"},
        {"5\r\nhello\r\n0\r\n", "hello more"},
        {"", " more"},
        {"7fffffffffffffff\r\nab", "ab more"},
    });
}

TEST(ChunkDecoder, RefusesEverySloppyFraming) {
    std::vector<Case> cases;
    for (const std::string& bytes : {"g\r\n"s,
                                     "\r\n"s,
                                     " 5\r\nhello\r\n"s,
                                     "5 \r\nhello\r\n"s,
                                     "5\t\r\n"s,
                                     "0x5\r\nhello\r\n"s,
                                     "+5\r\n"s,
                                     "-1\r\n"s,
                                     "5\nhello\r\n"s,
                                     "5\rhello"s,
                                     "5\r\rhello"s,
                                     "00000000000000005\r\nhello\r\n"s,
                                     "8000000000000000\r\nab"s,
                                     "ffffffffffffffff\r\nab"s,
                                     "10000000000000000\r\n"s,
                                     "5,5\r\n"s,
                                     "5\0\r\n"s,
                                     "\n5\r\n"s,
                                     ";a\r\n"s,
                                     "5 ;a\r\n"s,
                                     "5;a\x01\r\n"s,
                                     "5;a\nb\r\n"s,
                                     "5;a\rb\r\n"s,
                                     "5;\x7f\r\n"s,
                                     "\xef\xbc\x95\r\n"s}) {
        cases.push_back({bytes, "refused"});
    }
    for (const std::string& bytes :
         {"5\r\nhelloworld"s, "5\r\nhello\n0\r\n\r\n"s, "5\r\nhello0\r\n\r\n"s,
          "5\r\nhello\r0\r\n\r\n"s, "5\r\nhello\r\n\r\n"s, "5\r\nhello\r\n0\n\r\n"s,
          "5\r\nhello\r\n0\r\n\n"s, "5\r\nhello\r\n0\r\n\rx"s}) {
        cases.push_back({bytes, "refused"});
    }
    check(cases);
}

TEST(ChunkDecoder, IgnoresExtensionsUpToABoundOverTheWholeBody) {
    const std::string most(ChunkDecoder::max_extension_bytes - 1, 'x');
    check({
        {"1;a=b\r\nx\r\n0;c\r\n\r\n", "x done"},
        {"1;a=\"b;c\"\r\nx\r\n0\r\n\r\n", "x done"},
        {"1; a = b\r\nx\r\n0\r\n\r\n", "x done"},
        {"1;" + most + "\r\nx\r\n0\r\n\r\n", "x done"},
        {"1;" + most + "x\r\nx\r\n0\r\n\r\n", "refused"},
        {"1;" + most + "\r\nx\r\n0;\r\n\r\n", "refused"},
    });
}

TEST(ChunkDecoder, ChecksTrailersLikeFieldsAndDropsThem) {
    const auto trailer = [](const std::string& lines) { return "0\r\n" + lines + "\r\n"; };
    const std::string most = "x: " + std::string(ChunkDecoder::max_trailer_bytes - 7, 'y') + "\r\n";
    check({
        {trailer("Checksum: abc\r\n"), " done"},
        {trailer("a:\r\nb: c d\r\n"), " done"},
        {trailer("Content-Length: 5\r\nX-User: admin\r\n"), " done"},
        {trailer("a : b\r\n"), "refused"},
        {trailer(": b\r\n"), "refused"},
        {trailer(" a: b\r\n"), "refused"},
        {trailer("a: b\r\n c\r\n"), "refused"},
        {trailer("a\r\n"), "refused"},
        {trailer("a: b\n"), "refused"},
        {trailer("a: \0\r\n"s), "refused"},
        {trailer("a: b\rc\r\n"), "refused"},
        {trailer(most), " done"},
        {trailer("x" + most), "refused"},
    });
}

TEST(ChunkHead, WritesTheSizeInHex) {
    EXPECT_EQ(ChunkHead(1).text(), "1\r\n");
    EXPECT_EQ(ChunkHead(65536).text(), "10000\r\n");
    EXPECT_EQ(ChunkHead(static_cast<std::size_t>(-1)).text(), "ffffffffffffffff\r\n");
}

}  // namespace
}  // namespace rgw::http::test
