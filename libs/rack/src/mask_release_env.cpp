#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <vector>

#include "rgw/base/text.hpp"
#include "rgw/rack/release_env.hpp"

namespace rgw::rack {
namespace {

namespace json = boost::json;
using Code = boost::system::error_code;

constexpr std::size_t max_depth = 32;

// Writes what the parser reads, value by value, so that numbers keep their digits and a body that
// turns out to be bad leaves nothing behind. Returning false (with an error) stops the parser.
class Masker {
public:
    explicit Masker(const EnvView& view) : view_(view) {}

    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code& error) { return open('{', error); }
    bool on_object_end(std::size_t, Code&) { return close('}'); }
    bool on_array_begin(Code& error) { return open('[', error); }
    bool on_array_end(std::size_t, Code&) { return close(']'); }

    bool on_key_part(json::string_view part, std::size_t, Code&) { return collect(part); }
    bool on_key(json::string_view part, std::size_t, Code& error);
    bool on_string_part(json::string_view part, std::size_t, Code&) { return collect(part); }
    bool on_string(json::string_view part, std::size_t, Code& error);
    bool on_number_part(json::string_view part, Code&) { return collect(part); }
    bool on_int64(std::int64_t, json::string_view part, Code& error) { return number(part, error); }
    bool on_uint64(std::uint64_t, json::string_view part, Code& error) {
        return number(part, error);
    }
    bool on_double(double, json::string_view part, Code& error) { return number(part, error); }
    bool on_bool(bool value, Code& error) { return word(value ? "true" : "false", error); }
    bool on_null(Code& error) { return word("null", error); }
    bool on_comment_part(json::string_view, Code&) { return true; }
    bool on_comment(json::string_view, Code&) { return true; }

    std::string take() { return std::move(out_); }

private:
    struct Level {
        bool is_object;
        bool first = true;
        std::set<std::string, std::less<>> keys;
    };

    static bool refuse(Code& error) {
        error = make_error_code(boost::system::errc::invalid_argument);
        return false;
    }
    bool collect(json::string_view part) {
        text_.append(part.data(), part.size());
        return true;
    }
    bool open(char bracket, Code& error);
    bool close(char bracket) {
        levels_.pop_back();
        out_ += bracket;
        return true;
    }
    [[nodiscard]] bool may_begin() const;
    void write_comma();
    bool number(json::string_view part, Code& error);
    bool word(std::string_view text, Code& error);

    EnvView view_;
    std::string out_;
    std::string text_;  // of the key, string or number being read
    std::vector<Level> levels_;
    bool in_env_ = false;  // the value that follows belongs to a key `env`
};

bool Masker::open(char bracket, Code& error) {
    const bool outermost_array = levels_.empty() && bracket == '[';
    if (in_env_ || (!may_begin() && bracket != '{' && !outermost_array)) {
        return refuse(error);
    }
    write_comma();
    levels_.push_back(Level{.is_object = bracket == '{', .keys = {}});
    out_ += bracket;
    return true;
}

// Outermost stands an object, or an array of nothing but objects.
bool Masker::may_begin() const {
    return levels_.size() > 1 || (levels_.size() == 1 && levels_.back().is_object);
}

// Between the items of an array; in objects on_key does it.
void Masker::write_comma() {
    if (!levels_.empty() && !levels_.back().is_object) {
        out_ += levels_.back().first ? "" : ",";
        levels_.back().first = false;
    }
}

bool Masker::on_key(json::string_view part, std::size_t, Code& error) {
    collect(part);
    Level& level = levels_.back();
    if (!level.keys.insert(text_).second) {
        return refuse(error);
    }
    out_ += level.first ? "" : ",";
    level.first = false;
    append_json_string(out_, text_);
    out_ += ':';
    in_env_ = equals_ignoring_case(text_, "env");
    text_.clear();
    return true;
}

bool Masker::on_string(json::string_view part, std::size_t, Code& error) {
    collect(part);
    if (!may_begin()) {
        return refuse(error);
    }
    write_comma();
    append_json_string(out_, in_env_ ? mask_env_text(text_, view_) : text_);
    in_env_ = false;
    text_.clear();
    return true;
}

bool Masker::number(json::string_view part, Code& error) {
    collect(part);
    const std::string text = std::move(text_);
    text_.clear();
    return word(text, error);
}

bool Masker::word(std::string_view text, Code& error) {
    if (in_env_ || !may_begin()) {
        return refuse(error);
    }
    write_comma();
    out_ += text;
    return true;
}

}  // namespace

Result<std::string> mask_release_env(std::string_view json_body, const EnvView& view) {
    json::parse_options options;
    options.max_depth = max_depth;
    json::basic_parser<Masker> parser(options, view);
    Code error;
    const std::size_t read = parser.write_some(false, json_body.data(), json_body.size(), error);
    if (error || read != json_body.size()) {
        return Error(Errc::rack_answer_invalid, "a release answer is not what it should be");
    }
    return parser.handler().take();
}

}  // namespace rgw::rack
