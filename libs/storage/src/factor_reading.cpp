#include <limits>
#include <utility>

#include "factor_columns.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/storage/factor_store.hpp"
#include "text_list.hpp"

// What a user has.
namespace rgw::storage {
namespace {

// A row for each method, or one whose method is null.
const pg::Statement load_factors{
    "factor_load",
    "select u.email, u.webauthn_user_handle, u.preferred_mfa_method, u.mfa_enrolled,"
    " c.total, c.unused, c.last_used_at, c.last_generated_at,"
    " m.id, m.type, coalesce(m.label, ''), m.cli_capable, m.created_at, m.confirmed_at,"
    " m.last_used_at, m.secret_encrypted, m.secret_key_id, m.yubikey_id, m.credential_id,"
    " m.public_key, m.sign_count, m.backup_eligible, m.backed_up,"
    " coalesce(m.transports, '[]')::text"
    " from users u cross join lateral (select count(*) as total,"
    "  count(*) filter (where b.used_at is null) as unused, max(b.used_at) as last_used_at,"
    "  max(b.created_at) as last_generated_at"
    "  from mfa_backup_codes b where b.user_id = u.id and b.pending_method_id is null) c"
    " left join mfa_methods m on m.user_id = u.id and m.confirmed_at is not null"
    " where u.id = $1 order by m.created_at, m.id"};
constexpr int first_method_column = 8;

const pg::Statement find_seed{
    "factor_find_pending_seed",
    "select secret_encrypted, secret_key_id from mfa_methods where id = $1 and user_id = $2"
    " and type = 'totp' and confirmed_at is null and pending_session_id = $3"
    " and pending_until > $4 and secret_encrypted is not null"};

std::string read_text_of_bytes(const pg::Row& row, int column) {
    return std::string(crypto::text_of(row.get<pg::Bytes>(column)));
}

Result<std::optional<mfa::RegisteredCredential>> read_credential(const pg::Row& row, int first) {
    if (row.is_null(first)) {
        return std::optional<mfa::RegisteredCredential>();
    }
    const auto sign_count = row.get<std::int64_t>(first + 2);
    if (sign_count < 0 || sign_count > std::numeric_limits<std::uint32_t>::max()) {
        return Error(Errc::database_rejected, "mfa_methods.sign_count");
    }
    auto transports =
        read_text_list(row.get<std::string_view>(first + 5), "mfa_methods.transports");
    if (!transports) {
        return transports.error();
    }
    return std::optional(
        mfa::RegisteredCredential{.stored = {.id = read_text_of_bytes(row, first),
                                             .public_key = read_text_of_bytes(row, first + 1),
                                             .user_handle = read_text_of_bytes(row, 1),
                                             .sign_count = static_cast<std::uint32_t>(sign_count),
                                             .backup_eligible = row.get<bool>(first + 3)},
                                  .transports = std::move(*transports),
                                  .backed_up = row.get<bool>(first + 4)});
}

Result<mfa::Method> read_method(const pg::Row& row, int first) {
    const auto kind = read_factor_kind(row, first + 1);
    if (!kind) {
        return kind.error();
    }
    auto credential = read_credential(row, first + 10);
    if (!credential) {
        return credential.error();
    }
    return mfa::Method{.id = {row.get<std::int64_t>(first)},
                       .kind = *kind,
                       .label = row.get<std::string>(first + 2),
                       .cli_capable = row.get<bool>(first + 3),
                       .created_at = row.get<Timestamp>(first + 4),
                       .confirmed_at = row.get<std::optional<Timestamp>>(first + 5),
                       .last_used_at = row.get<std::optional<Timestamp>>(first + 6),
                       .totp_seed = read_sealed(row, first + 7),
                       .yubikey_id = row.get<std::optional<std::string>>(first + 9),
                       .credential = std::move(*credential)};
}

}  // namespace

async::Task<Result<mfa::UserFactors>> PgFactorStore::load(UserId user, Deadline deadline) {
    pg::Params params;
    params.add(user.value);
    const Result<pg::Rows> rows = co_await pool_.query(load_factors, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return Error(Errc::not_found, "user not found");
    }
    const pg::Row first = (*rows)[0];
    mfa::UserFactors factors{
        .email = first.get<std::string>(0),
        .user_handle = read_text_of_bytes(first, 1),
        .preferred = first.get<std::optional<std::string>>(2),
        .enrolled = first.get<bool>(3),
        .methods = {},
        .backup_codes = {.total = first.get<std::int64_t>(4),
                         .unused = first.get<std::int64_t>(5),
                         .last_used_at = first.get<std::optional<Timestamp>>(6),
                         .last_generated_at = first.get<std::optional<Timestamp>>(7)}};
    for (std::size_t i = 0; i < rows->size() && !first.is_null(first_method_column); ++i) {
        Result<mfa::Method> method = read_method((*rows)[i], first_method_column);
        if (!method) {
            co_return method.error();
        }
        factors.methods.push_back(std::move(*method));
    }
    co_return factors;
}

async::Task<Result<std::optional<crypto::Sealed>>> PgFactorStore::find_pending_seed(
    mfa::MethodId method, mfa::Holder holder, Timestamp now, Deadline deadline) {
    pg::Params params;
    params.add(method.value).add(holder.user.value).add(value_of(holder.session)).add(now);
    const Result<pg::Rows> rows = co_await pool_.query(find_seed, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->empty() ? std::optional<crypto::Sealed>() : read_sealed((*rows)[0], 0);
}

}  // namespace rgw::storage
