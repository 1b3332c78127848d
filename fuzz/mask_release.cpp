#include <array>
#include <boost/json.hpp>
#include <string>

#include "require.hpp"
#include "rgw/base/text.hpp"
#include "rgw/rack/release_env.hpp"
#include "targets.hpp"

namespace rgw::fuzz {
namespace {

namespace json = boost::json;
using rack::EnvView;

constexpr std::string_view marker = "pLanTeDmArKeR";
constexpr std::size_t max_depth = 32;

// Each is a value nobody sees, or what may belong to one.
constexpr auto plants = std::to_array<std::string_view>(
    {"MY_SECRET=", "db_password=", "STRIPE_KEY=x ",
     "LISTED=", "protected=a=", "DATABASE_URL=postgres://u:", "TLS_PRIVATE=-----BEGIN\n",
     "MY_TOKEN=[client]\nuser=", "AWS_ACCESS_KEY_ID=\n="});
constexpr std::string_view after_plant = "@db.example.com/x";

const access::EnvLists& lists() {
    static const access::EnvLists lists = [] {
        access::EnvLists made{.secret_names = {}, .protected_names = {}};
        made.secret_names.add("Listed");
        made.protected_names.add("PROTECTED");
        return made;
    }();
    return lists;
}

// A secret before the text, after it, and in place of every line that is a lone '%'.
std::string planted(std::string_view env) {
    std::size_t next = 0;
    std::string out;
    const auto plant = [&] {
        out += plants[next++ % plants.size()];
        out += marker;
        out += after_plant;
    };
    plant();
    while (!env.empty()) {
        const std::size_t end = std::min(env.find('\n'), env.size());
        out += '\n';
        if (env.substr(0, end) == "%") {
            plant();
        } else {
            out += env.substr(0, end);
        }
        env.remove_prefix(std::min(end + 1, env.size()));
    }
    out += '\n';
    plant();
    return out;
}

bool is_env(std::string_view key) {
    return equals_ignoring_case(key, "env");
}

// Every `env` of a document as `change` makes it. False where one is no string.
template <class Change>
bool change_envs(json::value& value, const Change& change) {
    bool all_strings = true;
    if (auto* object = value.if_object()) {
        for (auto& member : *object) {
            auto* const text = member.value().if_string();
            if (!is_env(member.key())) {
                all_strings = change_envs(member.value(), change) && all_strings;
            } else if (text != nullptr) {
                member.value() = json::string(change(std::string_view(*text)));
            } else {
                all_strings = false;
            }
        }
    } else if (auto* array = value.if_array()) {
        for (json::value& item : *array) {
            all_strings = change_envs(item, change) && all_strings;
        }
    }
    return all_strings;
}

bool has_answers_shape(const json::value& value) {
    const auto* array = value.if_array();
    return value.is_object() || (array != nullptr && std::ranges::all_of(*array, [](const auto& v) {
                                     return v.is_object();
                                 }));
}

json::value parse(std::string_view text, boost::system::error_code& error) {
    json::parse_options options;
    options.max_depth = max_depth;
    return json::parse(text, error, {}, options);
}

// Names that stand twice in an object are lost in a parsed document; each has its colon.
std::size_t count_members(const json::value& value) {
    std::size_t count = 0;
    if (const auto* object = value.if_object()) {
        for (const auto& member : *object) {
            count += 1 + count_members(member.value());
        }
    } else if (const auto* array = value.if_array()) {
        for (const json::value& item : *array) {
            count += count_members(item);
        }
    }
    return count;
}

std::size_t count_colons(std::string_view text) {
    std::size_t count = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') {
            in_string = !in_string;
        } else if (in_string && text[i] == '\\') {
            ++i;
        } else if (!in_string && text[i] == ':') {
            ++count;
        }
    }
    return count;
}

void check_text(std::string_view env, const EnvView& view) {
    const std::string masked = rack::mask_env_text(planted(env), view);
    require(masked.find(marker) == std::string::npos);
    require(rack::mask_env_text(masked, view) == masked);
}

// What another parser reads of the answer decides what comes out of it, and whether anything does.
void check_answer(std::string_view body, const EnvView& view) {
    boost::system::error_code error;
    json::value read = parse(body, error);
    const auto masked = rack::mask_release_env(body, view);
    if (error) {
        // It reckons with exponents, which are only copied here.
        require(!masked || error == json::error::exponent_overflow);
        return;
    }
    const bool maskable =
        change_envs(read, [&](std::string_view env) { return rack::mask_env_text(env, view); });
    const bool unique_keys = count_members(read) == count_colons(body);
    require(masked.has_value() == (maskable && has_answers_shape(read) && unique_keys));
    if (!masked) {
        require(masked.error().code == Errc::rack_answer_invalid);
        return;
    }
    // As text: a number no double can hold need not even equal itself.
    require(json::serialize(parse(*masked, error)) == json::serialize(read) && !error);
    const auto again = rack::mask_release_env(*masked, view);
    require(again && *again == *masked);
}

// The same with a secret in every `env`.
void check_planted_answer(std::string_view body, const EnvView& view) {
    boost::system::error_code error;
    json::value read = parse(body, error);
    if (error || !change_envs(read, planted) || !has_answers_shape(read)) {
        return;
    }
    const std::string with_secrets = json::serialize(read);
    const auto masked = rack::mask_release_env(with_secrets, view);
    if (!masked) {  // a number that no double holds is written as no JSON
        parse(with_secrets, error);
        require(error.failed());
        return;
    }
    require(masked->find(marker) == std::string::npos);
}

}  // namespace

void mask_release(std::string_view input) {
    if (input.empty() || input.find(marker) != std::string_view::npos) {
        return;
    }
    const auto choice = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    const EnvView view = choice % 2 == 0 ? EnvView::values(lists()) : EnvView::names();
    if (choice / 2 % 2 == 0) {
        check_text(input, view);
    } else {
        check_answer(input, view);
        check_planted_answer(input, view);
    }
}

}  // namespace rgw::fuzz
