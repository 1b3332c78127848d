#include "rgw/base/json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rgw {
namespace {

constexpr JsonLimits limits{.bytes = 1024, .depth = 4};

TEST(JsonObject, GivesItsMembersAsTheyStand) {
    const auto object = parse_json_object(
        R"( {"a":"b\u0063","n":-3,"big":18446744073709551615,"d":1.5,"list":[1,{"a":null}],"a2":true} )",
        limits);
    ASSERT_TRUE(object) << text(object.error());
    EXPECT_EQ(text_member(*object, "a"), "bc");
    EXPECT_EQ(object->at("n").as_int64(), -3);
    EXPECT_EQ(object->at("big").as_uint64(), 18446744073709551615U);
    EXPECT_EQ(object->at("d").as_double(), 1.5);
    EXPECT_EQ(object->at("list").as_array().size(), 2U);
    EXPECT_TRUE(object->at("a2").as_bool());
    EXPECT_TRUE(parse_json_object("{}", limits)->empty());
}

TEST(JsonObject, EverythingElseIsRefusedForItsOwnReason) {
    struct Case {
        std::string json;
        JsonFault fault;
    };
    const Case cases[] = {
        {"", JsonFault::syntax},
        {"{", JsonFault::syntax},
        {"{} {}", JsonFault::syntax},
        {"{}x", JsonFault::syntax},
        {R"({"a":1,})", JsonFault::syntax},
        {R"({'a':1})", JsonFault::syntax},
        {R"({"a":NaN})", JsonFault::syntax},
        {R"({"a":Infinity})", JsonFault::syntax},
        {R"({"a":01})", JsonFault::syntax},
        {R"({"a":/**/1})", JsonFault::syntax},
        {"{\"a\":\"\xFF\"}", JsonFault::syntax},
        {R"({"a":"\ud800"})", JsonFault::syntax},
        {"{\"a\":\"\n\"}", JsonFault::syntax},
        {R"({"a":1,"a":1})", JsonFault::duplicate_key},
        {R"({"a":1,"\u0061":2})", JsonFault::duplicate_key},
        {R"({"b":[{"a":1,"c":{},"a":2}]})", JsonFault::duplicate_key},
        {R"({"a":1e400})", JsonFault::number_out_of_range},
        {R"({"a":-1e400})", JsonFault::number_out_of_range},
        {R"([])", JsonFault::not_an_object},
        {R"("a")", JsonFault::not_an_object},
        {R"(null)", JsonFault::not_an_object},
        {R"({"a":[[[[1]]]]})", JsonFault::too_deep},
        {"{\"a\":\"" + std::string(1024, 'x') + "\"}", JsonFault::too_large},
    };
    for (const Case& c : cases) {
        const auto object = parse_json_object(c.json, limits);
        ASSERT_FALSE(object) << c.json;
        EXPECT_EQ(text(object.error()), text(c.fault)) << c.json;
    }
}

TEST(JsonObject, TheSameKeyInTwoObjectsIsNoDuplicate) {
    EXPECT_TRUE(parse_json_object(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})", limits));
}

TEST(TextMember, IsEmptyWhereThereIsNoText) {
    const auto object = parse_json_object(R"({"a":"x","n":1,"z":null})", limits).value();
    EXPECT_EQ(text_member(object, "a"), "x");
    EXPECT_EQ(text_member(object, "n"), "");
    EXPECT_EQ(text_member(object, "z"), "");
    EXPECT_EQ(text_member(object, "missing"), "");
}

}  // namespace
}  // namespace rgw
