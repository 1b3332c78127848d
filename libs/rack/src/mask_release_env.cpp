#include <algorithm>
#include <vector>

#include "env_text.hpp"
#include "json_scanner.hpp"
#include "rgw/base/text.hpp"
#include "rgw/rack/release_env.hpp"

namespace rgw::rack {
namespace {

constexpr int max_depth = 32;
constexpr std::size_t usual_keys = 8;

// Writes what is read, piece by piece, so that numbers keep their digits. Whatever returns false
// ends it all, and what was written is thrown away.
class Masker {
public:
    Masker(std::string_view body, const EnvView& view) : json_(body), view_(view) {
        out_.reserve(body.size() + body.size() / 8);
    }

    // An object, or an array of nothing but objects.
    bool document() {
        const bool read = json_.peek() == '[' ? array(Items::objects) : object();
        return read && json_.at_end();
    }

    std::string take() { return std::move(out_); }

private:
    enum class Items { any, objects };

    bool value();
    bool object();
    bool array(Items items);
    bool member(std::vector<std::string>& keys);
    bool string();
    bool scalar();
    bool env();
    bool open(char bracket);
    bool close(char bracket);

    JsonScanner json_;
    EnvView view_;
    std::string out_;
    std::string_view last_env_;       // as spelled in the body
    std::size_t last_masked_at_ = 0;  // in out_
    std::size_t last_masked_size_ = 0;
    int depth_ = 0;
};

bool Masker::value() {
    switch (json_.peek()) {
        case '{':
            return object();
        case '[':
            return array(Items::any);
        case '"':
            return string();
        default:
            return scalar();
    }
}

bool Masker::open(char bracket) {
    out_ += bracket;
    return json_.take(bracket) && ++depth_ <= max_depth;
}

bool Masker::close(char bracket) {
    out_ += bracket;
    --depth_;
    return json_.take(bracket);
}

bool Masker::object() {
    if (!open('{')) {
        return false;
    }
    if (json_.peek() != '}') {
        std::vector<std::string> keys;
        keys.reserve(usual_keys);
        if (!member(keys)) {
            return false;
        }
        while (json_.take(',')) {
            out_ += ',';
            if (!member(keys)) {
                return false;
            }
        }
        std::ranges::sort(keys);
        if (std::ranges::adjacent_find(keys) != keys.end()) {
            return false;
        }
    }
    return close('}');
}

bool Masker::member(std::vector<std::string>& keys) {
    const auto key = json_.string();
    if (!key || !json_.take(':')) {
        return false;
    }
    append_json_string(out_, *key);
    out_ += ':';
    const bool is_env = equals_ignoring_case(*key, "env");
    keys.emplace_back(*key);
    return is_env ? env() : value();
}

bool Masker::array(Items items) {
    const auto item = [&] { return items == Items::objects ? object() : value(); };
    if (!open('[')) {
        return false;
    }
    if (json_.peek() != ']') {
        if (!item()) {
            return false;
        }
        while (json_.take(',')) {
            out_ += ',';
            if (!item()) {
                return false;
            }
        }
    }
    return close(']');
}

bool Masker::string() {
    const auto text = json_.string();
    if (text) {
        append_json_string(out_, *text);
    }
    return text.has_value();
}

bool Masker::scalar() {
    const auto text = json_.scalar();
    out_ += text.value_or("");
    return text.has_value();
}

// Releases of an app mostly have the environment of the one before.
bool Masker::env() {
    if (json_.take(last_env_)) {
        out_.append(out_, last_masked_at_, last_masked_size_);
        return true;
    }
    const auto text = json_.string();
    if (!text) {
        return false;
    }
    last_env_ = json_.last_spelled();
    last_masked_at_ = out_.size();
    append_masked_json(out_, *text, view_);
    last_masked_size_ = out_.size() - last_masked_at_;
    return true;
}

}  // namespace

Result<std::string> mask_release_env(std::string_view json_body, const EnvView& view) {
    Masker masker(json_body, view);
    if (!masker.document()) {
        return Error(Errc::rack_answer_invalid, "a release answer is not what it should be");
    }
    return masker.take();
}

}  // namespace rgw::rack
