#include "text_list.hpp"

#include <boost/json/parse.hpp>

#include "rgw/base/text.hpp"

namespace rgw::storage {

std::string write_text_list(std::span<const std::string> texts) {
    std::string json = "[";
    for (const std::string& text : texts) {
        json += json.size() > 1 ? "," : "";
        append_json_string(json, text);
    }
    return json + "]";
}

Result<std::vector<std::string>> read_text_list(std::string_view json, std::string_view column) {
    Error bad(Errc::database_rejected, std::string(column) + " is not a list of texts");
    boost::system::error_code error;
    const boost::json::value parsed =
        boost::json::parse(boost::json::string_view(json.data(), json.size()), error);
    if (error || !parsed.is_array()) {
        return bad;
    }
    std::vector<std::string> texts;
    for (const boost::json::value& item : parsed.get_array()) {
        if (!item.is_string()) {
            return bad;
        }
        texts.emplace_back(item.get_string().data(), item.get_string().size());
    }
    return texts;
}

}  // namespace rgw::storage
