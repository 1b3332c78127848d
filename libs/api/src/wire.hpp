#pragma once

// What travels as JSON: structs that say their members once. Reading, writing and the schema in
// /openapi.json follow from that. For source files only: it brings Boost.JSON and Boost.Describe
// along.

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway_call.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

// After the struct, in its namespace: RGW_WIRE(User, id, email, name). Members that are
// std::optional are left out when they are empty; of a request, may be missing.
#define RGW_WIRE(Type, ...)                                           \
    BOOST_DESCRIBE_STRUCT(Type, (), (__VA_ARGS__))                    \
    [[nodiscard]] constexpr std::string_view wire_name(const Type*) { \
        return #Type;                                                 \
    }

namespace rgw::api {

// A member that is always there and may be null.
template <class T>
struct Nullable {
    std::optional<T> value;
};

// The named schemas of one document.
class SchemaBook {
public:
    // A reference to T's schema, which is entered where it is new.
    template <class T>
    boost::json::value reference();
    [[nodiscard]] boost::json::object take() { return std::move(schemas_); }

private:
    boost::json::object schemas_;
};

// How T is written, read and described. read() says what is wrong with `where` in its error:
// invalid_request.
template <class T>
struct Wire;

[[nodiscard]] Error wrong_kind(std::string_view where, std::string_view wanted);
[[nodiscard]] Error missing_member(std::string_view where);

template <>
struct Wire<bool> {
    static boost::json::value write(bool value) { return value; }
    static Result<bool> read(const boost::json::value& json, std::string_view where);
    static boost::json::value schema(SchemaBook&) { return {{"type", "boolean"}}; }
};

template <>
struct Wire<std::int64_t> {
    static boost::json::value write(std::int64_t value) { return value; }
    static Result<std::int64_t> read(const boost::json::value& json, std::string_view where);
    static boost::json::value schema(SchemaBook&) {
        return {{"type", "integer"}, {"format", "int64"}};
    }
};

template <>
struct Wire<std::string> {
    static boost::json::value write(std::string_view value) { return boost::json::string(value); }
    static Result<std::string> read(const boost::json::value& json, std::string_view where);
    static boost::json::value schema(SchemaBook&) { return {{"type", "string"}}; }
};

// RFC 3339, UTC.
template <>
struct Wire<Timestamp> {
    static boost::json::value write(Timestamp value) {
        return boost::json::string(rfc3339_micros(value));
    }
    static Result<Timestamp> read(const boost::json::value& json, std::string_view where);
    static boost::json::value schema(SchemaBook&) {
        return {{"type", "string"}, {"format", "date-time"}};
    }
};

// Anything at all: a setting's value, a session's metadata.
template <>
struct Wire<boost::json::value> {
    static boost::json::value write(const boost::json::value& value) { return value; }
    static Result<boost::json::value> read(const boost::json::value& json, std::string_view) {
        return json;
    }
    static boost::json::value schema(SchemaBook&) { return boost::json::object(); }
};

template <class T>
struct Wire<std::vector<T>> {
    static boost::json::value write(const std::vector<T>& values) {
        boost::json::array array;
        array.reserve(values.size());
        for (const T& value : values) {
            array.push_back(Wire<T>::write(value));
        }
        return array;
    }
    static Result<std::vector<T>> read(const boost::json::value& json, std::string_view where) {
        const boost::json::array* array = json.if_array();
        if (array == nullptr) {
            return wrong_kind(where, "a list");
        }
        std::vector<T> values;
        values.reserve(array->size());
        for (const boost::json::value& each : *array) {
            Result<T> value = Wire<T>::read(each, where);
            if (!value) {
                return value.error();
            }
            values.push_back(std::move(*value));
        }
        return values;
    }
    static boost::json::value schema(SchemaBook& book) {
        return {{"type", "array"}, {"items", Wire<T>::schema(book)}};
    }
};

template <class T>
struct Wire<std::map<std::string, T>> {
    static boost::json::value write(const std::map<std::string, T>& values) {
        boost::json::object object;
        for (const auto& [name, value] : values) {
            object.emplace(name, Wire<T>::write(value));
        }
        return object;
    }
    static Result<std::map<std::string, T>> read(const boost::json::value& json,
                                                 std::string_view where) {
        const boost::json::object* object = json.if_object();
        if (object == nullptr) {
            return wrong_kind(where, "an object");
        }
        std::map<std::string, T> values;
        for (const auto& member : *object) {
            Result<T> value = Wire<T>::read(member.value(), member.key());
            if (!value) {
                return value.error();
            }
            values.emplace(member.key(), std::move(*value));
        }
        return values;
    }
    static boost::json::value schema(SchemaBook& book) {
        return {{"type", "object"}, {"additionalProperties", Wire<T>::schema(book)}};
    }
};

template <class T>
struct Wire<Nullable<T>> {
    static boost::json::value write(const Nullable<T>& value) {
        return value.value ? Wire<T>::write(*value.value) : boost::json::value();
    }
    static Result<Nullable<T>> read(const boost::json::value& json, std::string_view where) {
        if (json.is_null()) {
            return Nullable<T>();
        }
        Result<T> value = Wire<T>::read(json, where);
        if (!value) {
            return value.error();
        }
        return Nullable<T>{std::move(*value)};
    }
    static boost::json::value schema(SchemaBook& book) {
        return {{"anyOf", {Wire<T>::schema(book), {{"type", "null"}}}}};
    }
};

// What tells an optional member from the others.
template <class T>
struct WireMember {
    using Value = T;
    static constexpr bool optional = false;
};
template <class T>
struct WireMember<std::optional<T>> {
    using Value = T;
    static constexpr bool optional = true;
};

// A struct that RGW_WIRE describes.
template <class T>
    requires boost::describe::has_describe_members<T>::value
struct Wire<T> {
    using Members = boost::describe::describe_members<T, boost::describe::mod_public>;

    static boost::json::value write(const T& value) {
        boost::json::object object;
        boost::mp11::mp_for_each<Members>([&](auto member) {
            const auto& held = value.*member.pointer;
            using Member = WireMember<std::remove_cvref_t<decltype(held)>>;
            if constexpr (!Member::optional) {
                object.emplace(member.name, Wire<typename Member::Value>::write(held));
            } else if (held) {
                object.emplace(member.name, Wire<typename Member::Value>::write(*held));
            }
        });
        return object;
    }

    static Result<T> read(const boost::json::value& json, std::string_view where) {
        const boost::json::object* object = json.if_object();
        if (object == nullptr) {
            return wrong_kind(where, "an object");
        }
        T value{};
        std::optional<Error> wrong;
        boost::mp11::mp_for_each<Members>([&](auto member) {
            if (!wrong) {
                wrong = read_member(*object, member.name, value.*member.pointer);
            }
        });
        if (wrong) {
            return *wrong;
        }
        return value;
    }

    static boost::json::value schema(SchemaBook& book) { return book.reference<T>(); }

    static boost::json::object described(SchemaBook& book) {
        boost::json::object properties;
        boost::json::array required;
        boost::mp11::mp_for_each<Members>([&](auto member) {
            using Member =
                WireMember<std::remove_cvref_t<decltype(std::declval<T>().*member.pointer)>>;
            properties.emplace(member.name, Wire<typename Member::Value>::schema(book));
            if constexpr (!Member::optional) {
                required.emplace_back(member.name);
            }
        });
        return {{"type", "object"}, {"properties", properties}, {"required", required}};
    }

private:
    template <class Held>
    static std::optional<Error> read_member(const boost::json::object& object,
                                            std::string_view name, Held& held) {
        using Member = WireMember<Held>;
        const boost::json::value* json = object.if_contains(name);
        if (json == nullptr || (Member::optional && json->is_null())) {
            return Member::optional ? std::nullopt : std::optional(missing_member(name));
        }
        auto read = Wire<typename Member::Value>::read(*json, name);
        if (!read) {
            return read.error();
        }
        held = std::move(*read);
        return std::nullopt;
    }
};

template <class T>
boost::json::value SchemaBook::reference() {
    const std::string_view name = wire_name(static_cast<const T*>(nullptr));
    if (!schemas_.contains(name)) {
        schemas_.emplace(name, nullptr);  // a struct may hold itself
        schemas_[name] = Wire<T>::described(*this);
    }
    return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

// T as a row of the route table names it.
template <class T>
boost::json::value shape(SchemaBook& book) {
    return Wire<T>::schema(book);
}

// The call's body as JSON, whatever value it is. Error: invalid_request.
[[nodiscard]] Result<boost::json::value> parse_body(const GatewayCall& call);

// The call's body. Error: invalid_request, saying what is missing or wrong.
template <class T>
[[nodiscard]] Result<T> read_body(const GatewayCall& call) {
    const Result<boost::json::value> json = parse_body(call);
    if (!json) {
        return json.error();
    }
    return Wire<T>::read(*json, "the body");
}

template <class T>
[[nodiscard]] Reply json_reply(const T& value, int status = 200) {
    return {.status = status, .body = boost::json::serialize(Wire<T>::write(value))};
}

}  // namespace rgw::api
