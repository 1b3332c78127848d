#include "frame.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rgw::http {
namespace {

using namespace std::string_literals;

std::string read_all(Masking masking, const std::string& bytes, std::size_t step) {
    FrameHeadReader reader(masking);
    std::string out;
    for (std::size_t at = 0; at < bytes.size();) {
        const auto taken =
            reader.feed(std::span(bytes).subspan(at).first(std::min(step, bytes.size() - at)));
        if (!taken) {
            return out + "refused";
        }
        at += *taken;
        if (reader.complete()) {
            const FrameHead& head = reader.frame().head;
            out += std::to_string(static_cast<int>(head.opcode)) +
                   (head.fin == Fin::last ? "." : "+") + std::to_string(head.length) + " ";
            at += static_cast<std::size_t>(std::min<std::uint64_t>(head.length, bytes.size() - at));
            reader.next();
        }
    }
    return out;
}

TEST(WebSocketFrame, HeadsAreReadHoweverTheyAreCut) {
    const struct {
        Masking masking;
        std::string bytes;
        std::string read;
    } cases[] = {
        {Masking::plain, "\x81\x05hello"s, "1.5 "},
        {Masking::plain, "\x82\x00"s, "2.0 "},
        {Masking::masked, "\x81\x80keyk"s, "1.0 "},
        {Masking::masked, "\x81\x82keykab"s, "1.2 "},
        {Masking::plain, "\x81\x7e\x00\x7e"s + std::string(126, 'x'), "1.126 "},
        {Masking::plain, "\x81\x7f\0\0\0\0\0\x01\0\0"s + std::string(65536, 'x'), "1.65536 "},
        {Masking::plain,
         "\x01\x01"
         "a\x00\x01"
         "b\x80\x01"
         "c"s,
         "1+1 0+1 0.1 "},
        {Masking::plain,
         "\x01\x01"
         "a\x89\x01"
         "p\x80\x01"
         "c"s,
         "1+1 9.1 0.1 "},
        {Masking::plain, "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"s, "2.9223372036854775807 "},
        // What RFC 6455 forbids.
        {Masking::plain, "\xc1\x00"s, "refused"},
        {Masking::plain, "\xa1\x00"s, "refused"},
        {Masking::plain, "\x91\x00"s, "refused"},
        {Masking::plain, "\x83\x00"s, "refused"},
        {Masking::plain, "\x8b\x00"s, "refused"},
        {Masking::plain, "\x81\x80keyk"s, "refused"},
        {Masking::masked, "\x81\x05hello"s, "refused"},
        {Masking::plain, "\x80\x00"s, "refused"},
        {Masking::plain, "\x01\x00\x81\x00"s, "1+0 refused"},
        {Masking::plain, "\x01\x00\x02\x00"s, "1+0 refused"},
        {Masking::plain, "\x09\x00"s, "refused"},
        {Masking::plain, "\x88\x7e\x00\x7e"s, "refused"},
        {Masking::plain, "\x81\x7e\x00\x7d"s, "refused"},
        {Masking::plain, "\x81\x7f\0\0\0\0\0\0\xff\xff"s, "refused"},
        {Masking::plain, "\x81\x7f\x80\0\0\0\0\0\0\0"s, "refused"},
    };
    for (const auto& c : cases) {
        for (const std::size_t step : {1UL, 2UL, 3UL, 7UL, 100'000UL}) {
            EXPECT_EQ(read_all(c.masking, c.bytes, step), c.read) << c.read << " by " << step;
        }
    }
}

TEST(WebSocketFrame, WhatIsWrittenIsInItsShortestForm) {
    const MaskKey key{'k', 'e', 'y', 'k'};
    const auto text = [](std::uint64_t length, const MaskKey* mask) {
        return std::string(
            FrameHeadBytes({.opcode = Opcode::text, .fin = Fin::last, .length = length}, mask)
                .text());
    };
    EXPECT_EQ(text(0, nullptr), "\x81\x00"s);
    EXPECT_EQ(text(125, nullptr), "\x81\x7d"s);
    EXPECT_EQ(text(126, nullptr), "\x81\x7e\x00\x7e"s);
    EXPECT_EQ(text(65535, nullptr), "\x81\x7e\xff\xff"s);
    EXPECT_EQ(text(65536, nullptr), "\x81\x7f\0\0\0\0\0\x01\0\0"s);
    EXPECT_EQ(text(1, &key), "\x81\x81keyk"s);
}

TEST(WebSocketFrame, AMaskIsTheSameFromAnyPieceOn) {
    const MaskKey key{0x12, 0x34, 0x56, 0x78};
    std::string whole;
    for (int i = 0; i < 1000; ++i) {
        whole += static_cast<char>(i * 7);
    }
    const std::string original = whole;
    apply_mask(whole, key, 0);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        EXPECT_EQ(static_cast<unsigned char>(whole[i]),
                  static_cast<unsigned char>(original[i]) ^ key[i % 4]);
    }
    for (const std::size_t step : {1UL, 3UL, 8UL, 9UL, 333UL}) {
        std::string pieces = original;
        for (std::size_t at = 0; at < pieces.size(); at += step) {
            apply_mask(std::span(pieces).subspan(at).first(std::min(step, pieces.size() - at)), key,
                       at);
        }
        EXPECT_EQ(pieces, whole) << step;
    }
}

TEST(WebSocketFrame, ACloseHoldsACodeThatMayBeSentAndAReasonInUtf8) {
    EXPECT_EQ(read_close("")->code, no_status_received);
    EXPECT_EQ(read_close("\x03\xe8"
                         "bye")
                  ->reason,
              "bye");
    EXPECT_EQ(read_close("\x0f\xa0")->code, 4000);
    for (const std::string& bad : {"\x03"s, "\x00\x00"s, "\x03\xed"s, "\x03\xee"s, "\x03\xf7"s,
                                   "\x13\x88"s, "\x03\xe8\xff"s}) {
        EXPECT_FALSE(read_close(bad)) << bad;
    }
    EXPECT_EQ(close_payload({.code = no_status_received, .reason = "x"}), "");
    EXPECT_EQ(close_payload({.code = abnormal_closure, .reason = ""}), "\x03\xe9"s);
    EXPECT_LE(close_payload({.code = 1008, .reason = std::string(500, 'r')}).size(), 125U);
}

}  // namespace
}  // namespace rgw::http
