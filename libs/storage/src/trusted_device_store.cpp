#include "rgw/storage/trusted_device_store.hpp"

#include <utility>

#include "factor_columns.hpp"

namespace rgw::storage {
namespace {

// The user's row first, as every change of their factors takes it: a reset that is under way
// revokes the session, which is then read as it has become.
const pg::Statement insert_device{
    "trusted_device_create",
    "with owner as (select id from users where id = $1 for no key update),"
    " session as (select s.id from user_sessions s, owner o where s.id = $2 and s.user_id = o.id"
    "  and s.revoked_at is null for no key update of s),"
    " device as (insert into trusted_devices (user_id, device_id, token_hash, user_agent_hash,"
    "  created_at, updated_at, last_used_at, expires_at, ip_first, ip_last, metadata)"
    "  select $1, $3::text::uuid, $4, $5, $6, $6, $6, $7, $8::text::inet, $8::text::inet,"
    "  jsonb_strip_nulls(jsonb_build_object('user_agent', $9)) from session returning id),"
    " tied as (update user_sessions s set trusted_device_id = d.id, updated_at = $6"
    "  from device d where s.id = $2)"
    " select id from device"};

// Who comes second finds the row as the first left it: a device that was just revoked is unknown.
const pg::Statement recognise_device{
    "trusted_device_recognise",
    "with device as (select id, case when user_id <> $2 then 'mismatched_user'"
    "   when user_agent_hash is distinct from $3 then 'mismatched_device' end as fault"
    "  from trusted_devices where token_hash = $1 and revoked_at is null and expires_at > $5"
    "  for no key update),"
    " known as (update trusted_devices t set last_used_at = greatest(t.last_used_at, $5),"
    "  ip_last = coalesce($4::text::inet, t.ip_last), updated_at = $5 from device d"
    "  where t.id = d.id and d.fault is null),"
    " revoked as (update trusted_devices t set revoked_at = $5, revoked_reason = d.fault,"
    "  updated_at = $5 from device d where t.id = d.id and d.fault is not null)"
    " select id, fault from device"};

const pg::Statement list_devices{
    "trusted_device_list",
    "select id, device_id::text, created_at, last_used_at, expires_at, host(ip_last),"
    " metadata ->> 'user_agent' from trusted_devices where user_id = $1 and revoked_at is null"
    " order by created_at desc, id desc"};

const pg::Statement revoke_device{
    "trusted_device_revoke",
    "update trusted_devices set revoked_at = coalesce(revoked_at, $4),"
    " revoked_reason = case when revoked_at is null then $3 else revoked_reason end,"
    " updated_at = $4 where user_id = $1 and id = $2"};

mfa::Recognition recognition_of(const std::optional<std::string_view>& fault) {
    if (!fault) {
        return mfa::Recognition::known;
    }
    return *fault == "mismatched_user" ? mfa::Recognition::another_user
                                       : mfa::Recognition::another_agent;
}

}  // namespace

async::Task<Result<mfa::TrustedDeviceId>> PgTrustedDeviceStore::create(mfa::NewTrustedDevice device,
                                                                       Deadline deadline) {
    pg::Params params;
    params.add(device.holder.user.value)
        .add(value_of(device.holder.session))
        .add(device.device_uuid)
        .add(device.token_hash)
        .add(device.user_agent_hash)
        .add(device.created_at)
        .add(device.expires_at)
        .add(device.holder.ip_address)
        .add(kept_text(device.holder.user_agent));
    const Result<pg::Rows> rows = co_await pool_.query(insert_device, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return Error(Errc::not_found, "session not found");
    }
    co_return mfa::TrustedDeviceId{(*rows)[0].get<std::int64_t>(0)};
}

async::Task<Result<mfa::RecognisedDevice>> PgTrustedDeviceStore::recognise(
    std::string token_hash, UserId user, std::string user_agent_hash,
    std::optional<std::string> ip_address, Timestamp now, Deadline deadline) {
    pg::Params params;
    params.add(token_hash).add(user.value).add(user_agent_hash).add(ip_address).add(now);
    const Result<pg::Rows> rows =
        co_await pool_.query(recognise_device, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return mfa::RecognisedDevice();
    }
    const pg::Row row = (*rows)[0];
    co_return mfa::RecognisedDevice{
        .recognition = recognition_of(row.get<std::optional<std::string_view>>(1)),
        .device = mfa::TrustedDeviceId{row.get<std::int64_t>(0)}};
}

async::Task<Result<std::vector<mfa::TrustedDevice>>> PgTrustedDeviceStore::list(UserId user,
                                                                                Deadline deadline) {
    pg::Params params;
    params.add(user.value);
    const Result<pg::Rows> rows = co_await pool_.query(list_devices, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    std::vector<mfa::TrustedDevice> devices;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const pg::Row row = (*rows)[i];
        devices.push_back({.id = {row.get<std::int64_t>(0)},
                           .device_uuid = row.get<std::string>(1),
                           .created_at = row.get<Timestamp>(2),
                           .last_used_at = row.get<Timestamp>(3),
                           .expires_at = row.get<Timestamp>(4),
                           .ip_address = row.get<std::optional<std::string>>(5),
                           .user_agent = row.get<std::optional<std::string>>(6)});
    }
    co_return devices;
}

async::Task<Result<bool>> PgTrustedDeviceStore::revoke(UserId user, mfa::TrustedDeviceId device,
                                                       std::string reason, Timestamp now,
                                                       Deadline deadline) {
    pg::Params params;
    params.add(user.value).add(device.value).add(reason).add(now);
    const Result<pg::Rows> rows = co_await pool_.query(revoke_device, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->affected() > 0;
}

}  // namespace rgw::storage
