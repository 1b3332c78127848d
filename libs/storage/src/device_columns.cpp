#include "device_columns.hpp"

#include <cstddef>

#include "rgw/base/json.hpp"
#include "rgw/base/text.hpp"

namespace rgw::storage {
namespace {

constexpr JsonLimits metadata_limits{.bytes = 64UL * 1024};

}  // namespace

void add_device(pg::Params& params, const identity::Device& device) {
    std::string metadata = R"({"os":)";
    append_json_string(metadata, device.os);
    metadata += R"(,"client_version":)";
    append_json_string(metadata, device.client_version);
    metadata += "}";
    params.add(device.id).add(device.name).add(metadata);
}

identity::Device read_device(const pg::Row& row, int first) {
    identity::Device device{.id = row.get<std::optional<std::string>>(first),
                            .name = row.get<std::optional<std::string>>(first + 1).value_or(""),
                            .os = "",
                            .client_version = ""};
    const auto stored = row.get<std::optional<std::string_view>>(first + 2);
    if (const auto metadata = parse_json_object(stored.value_or("{}"), metadata_limits)) {
        device.os = text_member(*metadata, "os");
        device.client_version = text_member(*metadata, "client_version");
    }
    return device;
}

}  // namespace rgw::storage
