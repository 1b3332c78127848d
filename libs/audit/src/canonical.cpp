#include <string>
#include <string_view>

#include "rgw/audit/chain.hpp"

namespace rgw::audit {
namespace {

constexpr std::size_t usual_size = 512;

// Length-prefixed fields: no two different lists of fields give the same bytes.
class FieldWriter {
public:
    FieldWriter() { out_.reserve(usual_size); }

    void add(std::string_view bytes) {
        out_ += '\1';
        big_endian(bytes.size(), 4);
        out_ += bytes;
    }
    void add(std::int64_t number) {
        out_ += '\1';
        big_endian(8, 4);
        big_endian(static_cast<std::uint64_t>(number), 8);
    }
    template <class T>
    void add(const std::optional<T>& value) {
        if (value) {
            add(*value);
        } else {
            out_ += '\0';
        }
    }
    std::string take() { return std::move(out_); }

private:
    void big_endian(std::uint64_t value, int bytes) {
        for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
            out_ += static_cast<char>((value >> static_cast<unsigned>(shift)) & 255U);
        }
    }

    std::string out_;
};

}  // namespace

std::string canonical(const Event& event, std::int32_t key_id) {
    FieldWriter fields;
    fields.add(format_version);
    fields.add(key_id);
    fields.add(event.at.time_since_epoch().count());
    fields.add(name(event.phase));
    fields.add(event.intent_index);
    fields.add(event.user_email);
    fields.add(event.user_name);
    fields.add(event.api_token_id);
    fields.add(event.api_token_name);
    fields.add(event.action_type);
    fields.add(event.action);
    fields.add(event.command);
    fields.add(event.resource);
    fields.add(event.resource_type);
    fields.add(event.details);
    fields.add(event.request_id);
    fields.add(event.ip_address);
    fields.add(event.user_agent);
    fields.add(event.status);
    fields.add(event.rbac_decision);
    fields.add(event.http_status);
    fields.add(event.response_time_ms);
    fields.add(event.event_count);
    fields.add(event.deploy_approval_request_id);
    return fields.take();
}

}  // namespace rgw::audit
