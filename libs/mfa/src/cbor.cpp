#include "cbor.hpp"

#include "rgw/base/text.hpp"

namespace rgw::mfa::cbor {
namespace {

constexpr int max_depth = 4;  // CTAP 2.1 §8

enum class Major : std::uint8_t {
    unsigned_integer,
    negative_integer,
    byte_string,
    text_string,
    array,
    map,
    tag,
    simple,
};
constexpr unsigned simple_false = 20;
constexpr unsigned simple_true = 21;

class Reader {
public:
    explicit Reader(std::string_view encoding) : rest_(encoding) {}

    std::optional<Value> read(int depth);

private:
    struct Head {
        Major major;
        std::uint64_t argument;
    };
    std::optional<Head> read_head();
    bool read_content(const Head& head, int depth, Value& value);
    bool read_integer(const Head& head, Value& value);
    bool read_string(std::uint64_t size, Value& value);
    bool read_items(std::uint64_t count, int depth, Value& value);
    bool read_map(std::uint64_t pairs, int depth, Value& value);

    std::string_view rest_;
    std::size_t items_ = 0;
};

// The smallest argument for which so many octets are the shortest form (RFC 8949 §4.2.1).
constexpr std::uint64_t smallest_argument(std::size_t octets) {
    return octets == 1 ? 24 : std::uint64_t{1} << (octets * 4);
}

std::optional<Reader::Head> Reader::read_head() {
    if (rest_.empty()) {
        return std::nullopt;
    }
    const auto first = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    Head head{.major = static_cast<Major>(first >> 5U), .argument = first & 0x1FU};
    if (head.argument < 24) {
        return head;
    }
    if (head.argument > 27 || head.major == Major::simple) {
        return std::nullopt;  // reserved, or of indefinite length; or a floating-point number
    }
    const std::size_t octets = std::size_t{1} << (head.argument - 24);
    if (rest_.size() < octets) {
        return std::nullopt;
    }
    head.argument = 0;
    for (const char octet : rest_.substr(0, octets)) {
        head.argument = head.argument << 8U | static_cast<unsigned char>(octet);
    }
    rest_.remove_prefix(octets);
    return head.argument >= smallest_argument(octets) ? std::optional(head) : std::nullopt;
}

bool Reader::read_integer(const Head& head, Value& value) {
    if (head.argument > static_cast<std::uint64_t>(INT64_MAX)) {
        return false;
    }
    const auto argument = static_cast<std::int64_t>(head.argument);
    value.kind = Kind::integer;
    value.number = head.major == Major::unsigned_integer ? argument : -1 - argument;
    return true;
}

bool Reader::read_string(std::uint64_t size, Value& value) {
    if (size > rest_.size()) {
        return false;
    }
    value.content = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
}

bool Reader::read_items(std::uint64_t count, int depth, Value& value) {
    // Every item has an octet at least: a count that promises more is known to lie.
    if (count > rest_.size() || depth >= max_depth) {
        return false;
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        auto item = read(depth + 1);
        if (!item) {
            return false;
        }
        value.items.push_back(std::move(*item));
    }
    return true;
}

// Keys of WebAuthn are numbers or names.
bool keys_differ(const Value& map) {
    for (std::size_t i = 0; i < map.items.size(); i += 2) {
        const Value& key = map.items[i];
        if (key.kind != Kind::integer && key.kind != Kind::text) {
            return false;
        }
        for (std::size_t k = 0; k < i; k += 2) {
            if (map.items[k].encoded == key.encoded) {
                return false;
            }
        }
    }
    return true;
}

bool Reader::read_map(std::uint64_t pairs, int depth, Value& value) {
    return pairs <= max_items && read_items(pairs * 2, depth, value) && keys_differ(value);
}

bool is_utf8(std::string_view text) {
    return valid_utf8(text) == text;
}

bool Reader::read_content(const Head& head, int depth, Value& value) {
    switch (head.major) {
        case Major::unsigned_integer:
        case Major::negative_integer:
            return read_integer(head, value);
        case Major::byte_string:
            value.kind = Kind::bytes;
            return read_string(head.argument, value);
        case Major::text_string:
            value.kind = Kind::text;
            return read_string(head.argument, value) && is_utf8(value.content);
        case Major::array:
            value.kind = Kind::array;
            return read_items(head.argument, depth, value);
        case Major::map:
            value.kind = Kind::map;
            return read_map(head.argument, depth, value);
        case Major::tag:
            return false;
        case Major::simple:
            value.kind = Kind::boolean;
            value.number = head.argument == simple_true ? 1 : 0;
            return head.argument == simple_false || head.argument == simple_true;
    }
    return false;
}

std::optional<Value> Reader::read(int depth) {
    if (++items_ > max_items) {
        return std::nullopt;
    }
    const std::string_view before = rest_;
    const auto head = read_head();
    Value value;
    if (!head || !read_content(*head, depth, value)) {
        return std::nullopt;
    }
    value.encoded = before.substr(0, before.size() - rest_.size());
    return value;
}

const Value* of_kind(const Value* value, Kind kind) {
    return value != nullptr && value->kind == kind ? value : nullptr;
}

}  // namespace

std::optional<Value> parse_first(std::string_view encoding) {
    return encoding.size() <= max_bytes ? Reader(encoding).read(0) : std::nullopt;
}

std::optional<Value> parse(std::string_view encoding) {
    auto value = parse_first(encoding);
    return value && value->encoded.size() == encoding.size() ? std::move(value) : std::nullopt;
}

const Value* find(const Value& map, std::string_view name) {
    for (std::size_t i = 0; map.kind == Kind::map && i < map.items.size(); i += 2) {
        if (map.items[i].kind == Kind::text && map.items[i].content == name) {
            return &map.items[i + 1];
        }
    }
    return nullptr;
}

const Value* find(const Value& map, std::int64_t label) {
    for (std::size_t i = 0; map.kind == Kind::map && i < map.items.size(); i += 2) {
        if (map.items[i].kind == Kind::integer && map.items[i].number == label) {
            return &map.items[i + 1];
        }
    }
    return nullptr;
}

const Value* find(const Value& map, std::string_view name, Kind kind) {
    return of_kind(find(map, name), kind);
}

const Value* find(const Value& map, std::int64_t label, Kind kind) {
    return of_kind(find(map, label), kind);
}

std::size_t size(const Value& map) {
    return map.items.size() / 2;
}

}  // namespace rgw::mfa::cbor
