#include "rights.hpp"

#include <optional>

namespace rgw::pg {
namespace {

// $1 is the role; $2 to $5 the grants. Names are looked up in the catalogue, not by to_regclass():
// that one refuses a schema the login may not use. Nothing on sequences: an identity column asks
// for no right on its own.
#define RGW_WANTED                                                                             \
    "with given as ("                                                                          \
    " select * from unnest($2::text[], $3::text[], $4::text[], $5::text[])"                    \
    " as g(kind, schema, name, rights)),"                                                      \
    " wanted (kind, oid, owner, acl, rights, shown) as ("                                      \
    " select 'database', oid, datdba, datacl, 'connect', format('%I', datname)"                \
    " from pg_database where datname = current_database()"                                     \
    " union all select 'schema', n.oid, n.nspowner, n.nspacl, g.rights, format('%I', nspname)" \
    " from given g join pg_namespace n on n.nspname = g.schema where g.kind = 'schema'"        \
    " union all select 'table', c.oid, c.relowner, c.relacl, g.rights,"                        \
    " format('%I.%I', n.nspname, c.relname)"                                                   \
    " from given g join pg_namespace n on n.nspname = g.schema"                                \
    " join pg_class c on c.relnamespace = n.oid and c.relname = g.name and c.relkind in"       \
    " ('r', 'p') where g.kind = 'table'"                                                       \
    " union all select 'function', p.oid, p.proowner, p.proacl, g.rights,"                     \
    " format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))"    \
    " from given g join pg_namespace n on n.nspname = g.schema"                                \
    " join pg_proc p on p.pronamespace = n.oid and p.proname = g.name"                         \
    " where g.kind = 'function')"

#define RGW_MAY(role, right)                                                         \
    "case w.kind when 'database' then has_database_privilege(" role ", w.oid," right \
    ") when 'schema' then has_schema_privilege(" role ", w.oid," right               \
    ") when 'function' then has_function_privilege(" role ", w.oid," right           \
    ") else has_table_privilege(" role ", w.oid," right ") end"

constexpr Statement select_lacking{
    "rights.lacking",
    RGW_WANTED
    " select format('GRANT %s ON %s %s TO %I', upper(string_agg(r.one, ', ')), upper(w.kind),"
    " w.shown, $1), bool_and(" RGW_MAY("current_user", "r.one || ' with grant option'")
    ") from wanted w cross join lateral regexp_split_to_table(w.rights, ', *') as r(one)"
    " where not " RGW_MAY("$1::name", "r.one") " group by w.kind, w.shown"
    " order by array_position(array['database', 'schema', 'table', 'function'],"
    " w.kind), w.shown"};

// A right on a column counts, too; REVOKE on the table takes it along. What a database or public
// gives is the operator's.
constexpr Statement select_beyond{
    "rights.beyond", RGW_WANTED
    " select format('REVOKE ALL ON %s %s FROM %I', upper(w.kind), w.shown, $1),"
    " pg_has_role(w.owner, 'usage') from wanted w, pg_roles me"
    " where me.rolname = $1 and w.kind <> 'database' and w.shown <> 'public' and (exists (select"
    " from aclexplode(w.acl) a where a.grantee = me.oid and (a.is_grantable or"
    " lower(a.privilege_type) <> all (regexp_split_to_array(w.rights, ', *'))))"
    " or w.kind = 'table' and exists (select from pg_attribute t, aclexplode(t.attacl) a"
    " where t.attrelid = w.oid and a.grantee = me.oid))"
    " order by 1"};

// MAINTAIN, since PostgreSQL 17, is also the right to lock the table against everybody.
constexpr Statement select_unwanted{
    "rights.unwanted", RGW_WANTED
    " select upper(r.one) || ' on ' || w.shown from wanted w cross join unnest(array['insert',"
    " 'update', 'delete', 'truncate', 'references', 'trigger'] || case when"
    " current_setting('server_version_num')::integer >= 170000 then array['maintain'] else '{}'"
    " end) as r(one)"
    " where w.kind = 'table' and w.rights = 'select'"
    " and (has_table_privilege($1::name, w.oid, r.one) or r.one in ('insert', 'update')"
    " and has_any_column_privilege($1::name, w.oid, r.one)) order by w.shown, r.one"};

constexpr Statement select_owners{
    "rights.owners", RGW_WANTED
    " select distinct r.rolname::text from wanted w join pg_roles r on r.oid = w.owner"
    " where w.kind <> 'database' and w.shown <> 'public' and pg_has_role($1::name, r.oid, 'member')"
    " order by 1"};

// $1 is not asked for here; it has to have a type.
constexpr Statement select_roles{
    "rights.roles", RGW_WANTED
    " select distinct r.rolname::text from wanted w cross join lateral aclexplode(w.acl) a"
    " join pg_roles r on r.oid = a.grantee where w.kind = 'function' and a.grantee <> w.owner"
    " and r.rolname <> current_user and $1::text is not null order by 1"};

#undef RGW_WANTED
#undef RGW_MAY

std::string_view name_of(Grant::Kind kind) {
    switch (kind) {
        case Grant::Kind::schema:
            return "schema";
        case Grant::Kind::table:
            return "table";
        case Grant::Kind::function:
            return "function";
    }
    return "";
}

Params params_of(std::string_view role, std::span<const Grant> grants) {
    std::vector<std::optional<std::string>> kinds;
    std::vector<std::optional<std::string>> schemas;
    std::vector<std::optional<std::string>> names;
    std::vector<std::optional<std::string>> rights;
    for (const Grant& grant : grants) {
        kinds.emplace_back(name_of(grant.kind));
        schemas.emplace_back(grant.schema);
        names.emplace_back(grant.name);
        rights.emplace_back(grant.rights);
    }
    Params params;
    params.add(role)
        .add(std::span<const std::optional<std::string>>(kinds))
        .add(std::span<const std::optional<std::string>>(schemas))
        .add(std::span<const std::optional<std::string>>(names))
        .add(std::span<const std::optional<std::string>>(rights));
    return params;
}

Result<std::vector<std::string>> texts_of(const Result<Rows>& rows) {
    if (!rows) {
        return rows.error();
    }
    std::vector<std::string> texts;
    texts.reserve(rows->size());
    for (std::size_t i = 0; i < rows->size(); ++i) {
        texts.push_back((*rows)[i].get<std::string>(0));
    }
    return texts;
}

Result<RightsChange> change_of(const Result<Rows>& rows) {
    if (!rows) {
        return rows.error();
    }
    RightsChange change;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        auto& statements = (*rows)[i].get<bool>(1) ? change.ours : change.others;
        statements.push_back((*rows)[i].get<std::string>(0));
    }
    return change;
}

}  // namespace

async::Task<Result<RightsChange>> lacking(Connection& connection, const std::string& role,
                                          std::span<const Grant> grants, Deadline deadline) {
    const Result<Rows> rows =
        co_await connection.run(select_lacking, params_of(role, grants), deadline);
    co_return change_of(rows);
}

async::Task<Result<RightsChange>> beyond(Connection& connection, const std::string& role,
                                         std::span<const Grant> grants, Deadline deadline) {
    const Result<Rows> rows =
        co_await connection.run(select_beyond, params_of(role, grants), deadline);
    co_return change_of(rows);
}

async::Task<Result<std::vector<std::string>>> unwanted(Connection& connection,
                                                       const std::string& role,
                                                       std::span<const Grant> grants,
                                                       Deadline deadline) {
    const Result<Rows> rows =
        co_await connection.run(select_unwanted, params_of(role, grants), deadline);
    co_return texts_of(rows);
}

async::Task<Result<std::vector<std::string>>> owners_among(Connection& connection,
                                                           const std::string& role,
                                                           std::span<const Grant> grants,
                                                           Deadline deadline) {
    const Result<Rows> rows =
        co_await connection.run(select_owners, params_of(role, grants), deadline);
    co_return texts_of(rows);
}

async::Task<Result<std::vector<std::string>>> runtime_roles(Connection& connection,
                                                            std::span<const Grant> grants,
                                                            Deadline deadline) {
    const Result<Rows> rows =
        co_await connection.run(select_roles, params_of("", grants), deadline);
    co_return texts_of(rows);
}

async::Task<Result<void>> give_again(Connection& connection, const std::vector<std::string>& roles,
                                     std::span<const Grant> grants, Deadline deadline) {
    for (const std::string& role : roles) {
        const Result<RightsChange> missing = co_await lacking(connection, role, grants, deadline);
        if (!missing) {
            co_return missing.error();
        }
        for (const std::string& statement : missing->ours) {
            const Result<void> given = co_await connection.script(statement, deadline);
            if (!given) {
                co_return given.error();
            }
        }
    }
    co_return Result<void>();
}

}  // namespace rgw::pg
