#include "wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rgw::api {
namespace {

struct Pet {
    std::string name;
    std::optional<std::int64_t> age;
};
RGW_WIRE(Pet, name, age)

struct Owner {
    std::string email;
    bool locked = false;
    Nullable<Timestamp> expires_at;
    std::vector<Pet> pets;
    std::map<std::string, std::string> labels;
    std::optional<boost::json::value> metadata;
};
RGW_WIRE(Owner, email, locked, expires_at, pets, labels, metadata)

std::string text_of(const Owner& owner) {
    return boost::json::serialize(Wire<Owner>::write(owner));
}

Result<Owner> read(std::string_view json) {
    return Wire<Owner>::read(boost::json::parse(json), "the body");
}

TEST(Wire, WhatIsEmptyIsLeftOutOrNullAsTheTypeSays) {
    EXPECT_EQ(text_of({.email = "a@example.com", .pets = {{.name = "Rex"}}}),
              R"({"email":"a@example.com","locked":false,"expires_at":null,)"
              R"("pets":[{"name":"Rex"}],"labels":{}})");
    const Timestamp at{std::chrono::seconds(0)};
    EXPECT_EQ(text_of({.expires_at = {at},
                       .pets = {{.name = "Rex", .age = 3}},
                       .labels = {{"k", "v"}},
                       .metadata = boost::json::array{1}}),
              R"({"email":"","locked":false,"expires_at":"1970-01-01T00:00:00.000000Z",)"
              R"("pets":[{"name":"Rex","age":3}],"labels":{"k":"v"},"metadata":[1]})");
}

TEST(Wire, ReadsWhatItWrites) {
    const Owner owner{.email = "ü@example.com",
                      .locked = true,
                      .expires_at = {Timestamp{std::chrono::microseconds(1)}},
                      .pets = {{.name = "Rex", .age = -3}, {.name = ""}},
                      .labels = {{"k", "v"}}};
    const Result<Owner> again = read(text_of(owner));
    ASSERT_TRUE(again);
    EXPECT_EQ(text_of(*again), text_of(owner));
}

TEST(Wire, ABodyThatDoesNotFitIsRefusedWithTheMemberThatIsWrong) {
    const std::string good =
        R"({"email":"a","locked":false,"expires_at":null,"pets":[],"labels":{}})";
    ASSERT_TRUE(read(good));
    ASSERT_TRUE(
        read(R"({"email":"a","locked":false,"expires_at":null,"pets":[],"labels":{},"x":1})"))
        << "unknown members are ignored";
    struct Case {
        const char* json;
        const char* message;
    };
    const Case cases[] = {
        {"[]", "invalid request: the body must be an object"},
        {"{}", "invalid request: email is missing"},
        {R"({"email":1})", "invalid request: email must be a text"},
        {R"({"email":null})", "invalid request: email must be a text"},
        {R"({"email":"a","locked":"yes"})", "invalid request: locked must be true or false"},
        {R"({"email":"a","locked":false,"expires_at":"tomorrow"})",
         "invalid request: expires_at must be a time like 2026-11-22T21:09:04Z"},
        {R"({"email":"a","locked":false,"expires_at":null,"pets":{}})",
         "invalid request: pets must be a list"},
        {R"({"email":"a","locked":false,"expires_at":null,"pets":[{}]})",
         "invalid request: name is missing"},
        {R"({"email":"a","locked":false,"expires_at":null,"pets":[{"name":"x","age":1.5}]})",
         "invalid request: age must be a whole number"},
        {R"({"email":"a","locked":false,"expires_at":null,"pets":[],"labels":{"k":1}})",
         "invalid request: k must be a text"},
    };
    for (const Case& c : cases) {
        const Result<Owner> refused = read(c.json);
        ASSERT_FALSE(refused) << c.json;
        EXPECT_EQ(refused.error().code, Errc::invalid_request);
        EXPECT_EQ(public_message(refused.error()), c.message) << c.json;
    }
}

TEST(Wire, TheSchemaSaysWhatMustBeThere) {
    SchemaBook book;
    EXPECT_EQ(boost::json::serialize(shape<std::vector<Owner>>(book)),
              R"({"type":"array","items":{"$ref":"#/components/schemas/Owner"}})");
    const boost::json::object schemas = book.take();
    EXPECT_EQ(boost::json::serialize(schemas.at("Pet").at("required")), R"(["name"])");
    EXPECT_EQ(boost::json::serialize(schemas.at("Owner").at("required")),
              R"(["email","locked","expires_at","pets","labels"])");
    EXPECT_EQ(boost::json::serialize(schemas.at("Owner").at("properties").at("expires_at")),
              R"({"anyOf":[{"type":"string","format":"date-time"},{"type":"null"}]})");
}

}  // namespace
}  // namespace rgw::api
