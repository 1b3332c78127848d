#include "audit_columns.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace rgw::storage {
namespace {

using audit::Event;
using audit::SealedEvent;

template <class T>
using Column = std::vector<std::optional<T>>;

// One column of a batch as an array: `read` gives each event's value.
template <class T, class F>
void add_column(pg::Params& params, const audit::SealedBatch& batch, F read) {
    Column<T> column;
    column.reserve(batch.events.size());
    for (const SealedEvent& sealed : batch.events) {
        column.emplace_back(read(*sealed.event));
    }
    params.add(std::span<const std::optional<T>>(column));
}

template <class Member>
void add_texts(pg::Params& params, const audit::SealedBatch& batch, Member member) {
    add_column<std::string>(params, batch, [member](const Event& e) { return e.*member; });
}

template <class Member>
void add_numbers(pg::Params& params, const audit::SealedBatch& batch, Member member) {
    add_column<std::int64_t>(params, batch, [member](const Event& e) { return e.*member; });
}

pg::Bytes bytes_of(const audit::Hash& hash) {
    return {hash.begin(), hash.end()};
}

// Reads a row's columns one after the other.
class ColumnReader {
public:
    ColumnReader(const pg::Row& row, std::string& unreadable)
        : row_(row), unreadable_(unreadable) {}

    template <class T>
    std::optional<T> next() {
        return row_.get<std::optional<T>>(column_++);
    }
    // NULL can only be there if somebody took the NOT NULL away.
    template <class T>
    T next_of(const char* name) {
        std::optional<T> value = next<T>();
        if (!value) {
            reject(name);
        }
        return std::move(value).value_or(T{});
    }
    void reject(const char* name) {
        if (unreadable_.empty()) {
            unreadable_ = name;
        }
    }

private:
    const pg::Row& row_;
    std::string& unreadable_;
    int column_ = 0;
};

std::optional<std::int32_t> narrow(std::optional<std::int64_t> number) {
    return number ? std::optional(static_cast<std::int32_t>(*number)) : std::nullopt;
}

void read_content(ColumnReader& columns, Event& event) {
    event.at = columns.next_of<Timestamp>("timestamp");
    const std::optional<audit::Phase> phase =
        audit::parse_phase(columns.next_of<std::string>("phase"));
    if (!phase) {
        columns.reject("phase");
    }
    event.phase = phase.value_or(audit::Phase::single);
    event.intent_index = columns.next<std::int64_t>();
    event.user_email = columns.next_of<std::string>("user_email");
    event.user_name = columns.next<std::string>();
    event.api_token_id = columns.next<std::int64_t>();
    event.api_token_name = columns.next<std::string>();
    event.action_type = columns.next_of<std::string>("action_type");
    event.action = columns.next_of<std::string>("action");
    event.command = columns.next<std::string>();
    event.resource = columns.next<std::string>();
    event.resource_type = columns.next<std::string>();
    event.details = columns.next<std::string>();
    event.request_id = columns.next<std::string>();
    event.ip_address = columns.next<std::string>();
    event.user_agent = columns.next<std::string>();
    event.status = columns.next_of<std::string>("status");
    event.rbac_decision = columns.next<std::string>();
    event.http_status = narrow(columns.next<std::int64_t>());
    event.response_time_ms =
        static_cast<std::int32_t>(columns.next_of<std::int64_t>("response_time_ms"));
    event.event_count = static_cast<std::int32_t>(columns.next_of<std::int64_t>("event_count"));
    event.deploy_approval_request_id = columns.next<std::int64_t>();
}

}  // namespace

std::string string_of(const pg::Bytes& bytes) {
    return std::string(crypto::text_of(bytes));
}

std::optional<audit::Hash> hash_of(const pg::Bytes& bytes) {
    audit::Hash hash{};
    if (bytes.size() != hash.size()) {
        return std::nullopt;
    }
    std::ranges::copy(bytes, hash.begin());
    return hash;
}

pg::Params append_params(const audit::SealedBatch& batch, std::int64_t instance) {
    const auto count = static_cast<std::int64_t>(batch.events.size());
    std::vector<Timestamp> moments;
    std::vector<pg::Bytes> hashes;
    for (const SealedEvent& sealed : batch.events) {
        moments.push_back(sealed.event->at);
        hashes.push_back(bytes_of(sealed.event_hash));
    }
    // A probe continues the log with nothing, after the same hash.
    const std::optional<audit::Hash> previous =
        batch.events.empty() ? batch.head.last_hash : batch.events.front().previous_hash;

    pg::Params params;
    params.add(instance);
    params.add(batch.head.next_index - count);
    params.add(previous ? std::optional(bytes_of(*previous)) : std::nullopt);
    params.add(std::int64_t{audit::format_version});
    params.add(std::int64_t{batch.key_id});
    params.add(std::span<const Timestamp>(moments));
    add_column<std::string>(params, batch,
                            [](const Event& e) { return std::string(name(e.phase)); });
    add_numbers(params, batch, &Event::intent_index);
    add_texts(params, batch, &Event::user_email);
    add_texts(params, batch, &Event::user_name);
    add_numbers(params, batch, &Event::api_token_id);
    add_texts(params, batch, &Event::api_token_name);
    add_texts(params, batch, &Event::action_type);
    add_texts(params, batch, &Event::action);
    add_texts(params, batch, &Event::command);
    add_texts(params, batch, &Event::resource);
    add_texts(params, batch, &Event::resource_type);
    add_texts(params, batch, &Event::details);
    add_texts(params, batch, &Event::request_id);
    add_texts(params, batch, &Event::ip_address);
    add_texts(params, batch, &Event::user_agent);
    add_texts(params, batch, &Event::status);
    add_texts(params, batch, &Event::rbac_decision);
    add_numbers(params, batch, &Event::http_status);
    add_numbers(params, batch, &Event::response_time_ms);
    add_numbers(params, batch, &Event::event_count);
    add_numbers(params, batch, &Event::deploy_approval_request_id);
    params.add(std::span<const pg::Bytes>(hashes));
    params.add(crypto::bytes_of(batch.head.tree.serialise()));
    return params;
}

audit::StoredEvent read_event(const pg::Row& row) {
    audit::StoredEvent stored;
    ColumnReader columns(row, stored.unreadable);
    stored.chain_index = columns.next_of<std::int64_t>("chain_index");
    stored.format = columns.next_of<std::int64_t>("format");
    stored.key_id = columns.next_of<std::int64_t>("key_id");
    const std::optional<pg::Bytes> previous = columns.next<pg::Bytes>();
    if (previous) {
        stored.previous_hash = string_of(*previous);
    }
    stored.event_hash = string_of(columns.next_of<pg::Bytes>("event_hash"));
    read_content(columns, stored.event);
    return stored;
}

Result<audit::Head> read_head(const pg::Row& row) {
    audit::Head head;
    head.next_index = row.get<std::int64_t>(0);
    const auto last_hash = row.get<std::optional<pg::Bytes>>(1);
    if (last_hash) {
        head.last_hash = hash_of(*last_hash);
    }
    if (last_hash.has_value() != head.last_hash.has_value()) {
        return Error(Errc::invalid_value, "the audit head's last_hash is not a hash");
    }
    Result<audit::CompactTree> tree =
        audit::CompactTree::parse(head.next_index, string_of(row.get<pg::Bytes>(2)));
    if (!tree) {
        return tree.error();
    }
    head.tree = std::move(*tree);
    return head;
}

}  // namespace rgw::storage
