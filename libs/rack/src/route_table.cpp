#include <array>

#include "rgw/rack/route.hpp"

namespace rgw::rack {
namespace {

using enum access::Permission;
using enum Kind;
using enum AuditResource;

using Names = std::span<const std::string_view>;

// Allowed query names (spec proxy-rbac §6.3). What the SDK sends as form or header parameters is
// absent on purpose: the rack reads those from the query too, where nothing here would look at
// them.
constexpr std::string_view limit_names[] = {"limit"};
constexpr std::string_view process_names[] = {"release", "service"};
constexpr std::string_view all_names[] = {"all"};
constexpr std::string_view metric_names[] = {"end", "metrics", "start", "period"};
constexpr std::string_view diagnose_names[] = {"checks", "services", "age",     "all",
                                               "lines",  "events",   "previous"};
constexpr std::string_view prefix_names[] = {"prefix"};
// Never `tar-extra`: tar's own options run programs, which would make process:exec of file:*.
constexpr std::string_view file_names[] = {"file"};
constexpr std::string_view files_names[] = {"files"};
constexpr std::string_view image_names[] = {"n", "last", "mount", "from", "digest", "_state"};

// Option headers. Never Environment: it would change a process's environment unrecorded.
constexpr std::string_view run_names[] = {"Command",
                                          "Cpu",
                                          "Cpu-Limit",
                                          "Gpu",
                                          "Gpu-Vendor",
                                          "Height",
                                          "Width",
                                          "Image",
                                          "Memory",
                                          "Memory-Limit",
                                          "Release",
                                          "Volumes",
                                          "Use-Service-Volume",
                                          "Privileged",
                                          "Node-Labels",
                                          "System-Critical"};
constexpr std::string_view object_names[] = {"Public"};
constexpr std::string_view log_names[] = {
    "Filter", "Follow", "Maxlogrequests", "Prefix", "Previous", "Since", "Tail"};
constexpr std::string_view exec_names[] = {"Command", "Disable-Stdin", "Entrypoint",
                                           "Height",  "Tty",           "Width"};
// The key of a node's SSH login, which the caller brings along; it is recorded nowhere.
constexpr std::string_view shell_names[] = {"Command", "Height", "Private-Key", "Width"};
constexpr std::string_view console_names[] = {"Height", "Width"};
constexpr std::string_view http_proxy_names[] = {"X-Host", "X-Port"};

// Form fields.
constexpr std::string_view app_create_names[] = {"name", "generation", "timeout"};
constexpr std::string_view app_update_names[] = {"lock", "parameters"};
constexpr std::string_view build_create_names[] = {"url",         "build-args",      "description",
                                                   "development", "external",        "manifest",
                                                   "no-cache",    "wildcard-domain", "git-sha"};
constexpr std::string_view build_update_names[] = {"ended",   "entrypoint", "logs",  "manifest",
                                                   "release", "started",    "status"};
constexpr std::string_view promote_names[] = {"development", "force", "idle",
                                              "min",         "max",   "timeout"};
constexpr std::string_view service_names[] = {"count",  "cpu", "gpu", "gpu-vendor",
                                              "memory", "min", "max"};
constexpr std::string_view system_names[] = {"count", "force", "parameters", "type", "version"};

constexpr Names q_none, q_limit = limit_names, q_process = process_names, q_all = all_names,
                        q_metric = metric_names, q_diag = diagnose_names, q_prefix = prefix_names,
                        q_file = file_names, q_files = files_names, q_image = image_names;
constexpr Names h_none, h_run = run_names, h_object = object_names, h_logs = log_names,
                        h_exec = exec_names, h_shell = shell_names, h_console = console_names,
                        h_http = http_proxy_names;
constexpr Names f_any, f_app_create = app_create_names, f_app_update = app_update_names,
                       f_build_create = build_create_names, f_build_update = build_update_names,
                       f_promote = promote_names, f_service = service_names,
                       f_system = system_names;

constexpr BodyRule empty = BodyRule::none;
constexpr BodyRule body = BodyRule::stream;
constexpr BodyRule form = BodyRule::form;
constexpr BodyRule any = BodyRule::any_form;
constexpr BodyRule release = BodyRule::release_form;
constexpr AnswerRule pass = AnswerRule::pass;
constexpr AnswerRule mask = AnswerRule::mask_release_env;
constexpr Kind socket = Kind::websocket;
constexpr bool reads = false;
constexpr bool writes = true;
constexpr bool keeps = false;
constexpr bool destroys = true;
constexpr Callers people = Callers::people;

// clang-format off
constexpr auto table = std::to_array<Route>({
    // apps
    {"GET",     "/apps",                                             convox_app_list,           json,   q_none,    empty,   pass, reads,  keeps,    all,        h_none},
    {"POST",    "/apps",                                             convox_app_create,         json,   q_none,    form,    pass, writes, keeps,    fixed,      h_none,    f_app_create},
    {"GET",     "/apps/{app}",                                       convox_app_read,           json,   q_none,    empty,   pass, reads,  keeps,    app,        h_none},
    {"PUT",     "/apps/{app}",                                       convox_app_update,         text,   q_none,    form,    pass, writes, keeps,    app,        h_none,    f_app_update},
    {"DELETE",  "/apps/{app}",                                       convox_app_delete,         text,   q_none,    empty,   pass, writes, destroys, app,        h_none},
    {"POST",    "/apps/{app}/cancel",                                convox_app_cancel,         text,   q_none,    empty,   pass, writes, keeps,    app,        h_none},
    {"GET",     "/apps/{app}/balancers",                             convox_app_read,           json,   q_none,    empty,   pass, reads,  keeps,    app,        h_none},
    {"GET",     "/apps/{app}/diagnose",                              convox_log_read,           json,   q_diag,    empty,   pass, reads,  keeps,    app,        h_none},
    {"GET",     "/apps/{app}/manifest/services/{service}",           convox_release_read,       json,   q_none,    empty,   pass, reads,  keeps,    app,        h_none},
    {"GET",     "/apps/{app}/metrics",                               convox_app_read,           json,   q_metric,  empty,   pass, reads,  keeps,    app,        h_none},
    {"GET",     "/apps/{app}/metrics-by-service",                    convox_app_read,           json,   q_metric,  empty,   pass, reads,  keeps,    app,        h_none},
    {"PUT",     "/apps/{app}/ssl/{service}/{port}",                  convox_cert_update,        text,   q_none,    any,     pass, writes, keeps,    app,        h_none},

    // budgets
    {"GET",     "/apps/{app}/budget",                                convox_budget_read,        json,   q_none,    empty,   pass, reads,  keeps,    app,        h_none},
    {"POST",    "/apps/{app}/budget",                                convox_budget_update,      text,   q_none,    any,     pass, writes, keeps,    app,        h_none},
    {"DELETE",  "/apps/{app}/budget",                                convox_budget_delete,      text,   q_none,    any,     pass, writes, destroys, app,        h_none},
    {"POST",    "/apps/{app}/budget/dismiss-recovery",               convox_budget_update,      text,   q_none,    any,     pass, writes, keeps,    app,        h_none},
    {"POST",    "/apps/{app}/budget/reset",                          convox_budget_reset,       text,   q_none,    any,     pass, writes, keeps,    app,        h_none},
    {"GET",     "/apps/{app}/budget/shutdown-state",                 convox_budget_read,        json,   q_none,    empty,   pass, reads,  keeps,    app,        h_none},
    {"POST",    "/apps/{app}/budget/simulate-shutdown",              convox_budget_update,      json,   q_none,    any,     pass, writes, keeps,    app,        h_none},
    {"GET",     "/apps/{app}/cost",                                  convox_budget_read,        json,   q_none,    empty,   pass, reads,  keeps,    app,        h_none},

    // builds
    {"GET",     "/apps/{app}/builds",                                convox_build_list,         json,   q_limit,   empty,   pass, reads,  keeps,    app,        h_none},
    {"POST",    "/apps/{app}/builds",                                convox_build_create,       json,   q_none,    form,    pass, writes, keeps,    app,        h_none,    f_build_create},
    {"POST",    "/apps/{app}/builds/import",                         convox_build_create,       upload, q_none,    body,    pass, writes, keeps,    app,        h_none},
    {"GET",     "/apps/{app}/builds/{id}",                           convox_build_read,         json,   q_none,    empty,   pass, reads,  keeps,    app,        h_none},
    {"PUT",     "/apps/{app}/builds/{id}",                           convox_build_update,       json,   q_none,    form,    pass, writes, keeps,    app,        h_none,    f_build_update},
    {"GET",     "/apps/{app}/builds/{id}.tgz",                       convox_build_read,         stream, q_none,    empty,   pass, reads,  keeps,    app,        h_none},
    {"POST",    "/apps/{app}/builds/{id}/image",                     convox_build_update,       text,   q_none,    body,    pass, writes, keeps,    app,        h_none},

    // configs
    {"GET",     "/apps/{app}/configs",                               convox_config_list,        json,   q_none,    empty,   pass, reads,  keeps,    app,        h_none},
    {"GET",     "/apps/{app}/configs/{name}",                        convox_config_read,        json,   q_none,    empty,   pass, reads,  keeps,    last_id,    h_none},
    {"PUT",     "/apps/{app}/configs/{name}",                        convox_config_update,      text,   q_none,    any,     pass, writes, keeps,    last_id,    h_none},

    // objects; only below tmp/ may a deployer upload: builds and approvals read what lies elsewhere
    {"GET",     "/apps/{app}/objects",                               convox_object_list,        json,   q_prefix,  empty,   pass, reads,  keeps,    app,        h_none},
    {"POST",    "/apps/{app}/objects/tmp/{name}",                    convox_object_create,      upload, q_none,    body,    pass, writes, keeps,    last_id,    h_object},
    {"POST",    "/apps/{app}/objects/{key*}",                        convox_object_update,      upload, q_none,    body,    pass, writes, keeps,    object_key, h_object},
    {"GET",     "/apps/{app}/objects/{key*}",                        convox_object_read,        stream, q_none,    empty,   pass, reads,  keeps,    object_key, h_none},
    {"HEAD",    "/apps/{app}/objects/{key*}",                        convox_object_read,        json,   q_none,    empty,   pass, reads,  keeps,    object_key, h_none},
    {"DELETE",  "/apps/{app}/objects/{key*}",                        convox_object_delete,      text,   q_none,    empty,   pass, writes, destroys, object_key, h_none},

    // processes
    {"GET",     "/apps/{app}/processes",                             convox_process_list,       json,   q_process, empty,   pass, reads,  keeps,    app,        h_none},
    {"GET",     "/apps/{app}/processes/{pid}",                       convox_process_read,       json,   q_none,    empty,   pass, reads,  keeps,    last_id,    h_none},
    {"DELETE",  "/apps/{app}/processes/{pid}",                       convox_process_terminate,  text,   q_none,    empty,   pass, writes, keeps,    last_id,    h_none},
    {"GET",     "/apps/{app}/processes/{pid}/files",                 convox_file_read,          stream, q_file,    empty,   pass, reads,  keeps,    last_id,    h_none},
    {"POST",    "/apps/{app}/processes/{pid}/files",                 convox_file_write,         upload, q_none,    body,    pass, writes, keeps,    last_id,    h_none},
    {"DELETE",  "/apps/{app}/processes/{pid}/files",                 convox_file_delete,        text,   q_files,   empty,   pass, writes, destroys, last_id,    h_none},

    // releases
    {"GET",     "/apps/{app}/releases",                              convox_release_list,       json,   q_limit,   empty,   mask, reads,  keeps,    app,        h_none},
    {"POST",    "/apps/{app}/releases",                              convox_release_create,     json,   q_none,    release, mask, writes, keeps,    app,        h_none},
    {"GET",     "/apps/{app}/releases/{id}",                         convox_release_read,       json,   q_none,    empty,   mask, reads,  keeps,    last_id,    h_none},
    {"POST",    "/apps/{app}/releases/{id}/promote",                 convox_release_promote,    text,   q_none,    form,    pass, writes, keeps,    last_id,    h_none,    f_promote},

    // resources of an app
    {"GET",     "/apps/{app}/resources",                             convox_resource_list,      json,   q_none,    empty,   pass, reads,  keeps,    app,        h_none},
    {"GET",     "/apps/{app}/resources/{name}",                      convox_resource_read,      json,   q_none,    empty,   pass, reads,  keeps,    last_id,    h_none},
    {"GET",     "/apps/{app}/resources/{name}/data",                 convox_resource_export,    stream, q_none,    empty,   pass, reads,  keeps,    last_id,    h_none},
    {"PUT",     "/apps/{app}/resources/{name}/data",                 convox_resource_import,    upload, q_none,    body,    pass, writes, destroys, last_id,    h_none},
    {"POST",    "/apps/{app}/resources/{name}/deletion-protection-and-snapshot/{snapshot}", convox_resource_update,    text,   q_none,    any,     pass, writes, keeps,    app,        h_none},

    // services
    {"GET",     "/apps/{app}/services",                              convox_app_read,           json,   q_none,    empty,   pass, reads,  keeps,    app,        h_none},
    {"PUT",     "/apps/{app}/services/{service}",                    convox_app_update,         text,   q_none,    form,    pass, writes, keeps,    app,        h_none,    f_service},
    {"GET",     "/apps/{app}/services/{service}/metrics",            convox_app_read,           json,   q_metric,  empty,   pass, reads,  keeps,    app,        h_none},
    {"POST",    "/apps/{app}/services/{service}/processes",          convox_process_start,      json,   q_none,    empty,   pass, writes, keeps,    app,        h_run},
    {"POST",    "/apps/{app}/services/{service}/restart",            convox_process_start,      text,   q_none,    empty,   pass, writes, keeps,    app,        h_none},
    {"POST",    "/apps/{app}/services/{service}/scale-override",     convox_app_update,         text,   q_none,    any,     pass, writes, keeps,    app,        h_none},
    {"POST",    "/apps/{app}/services/{service}/triggers/disable",   convox_app_update,         text,   q_none,    any,     pass, writes, keeps,    app,        h_none},
    {"POST",    "/apps/{app}/services/{service}/triggers/enable",    convox_app_update,         text,   q_none,    any,     pass, writes, keeps,    app,        h_none},
    {"POST",    "/apps/{app}/services/{service}/triggers/threshold", convox_app_update,         text,   q_none,    any,     pass, writes, keeps,    app,        h_none},

    // certificates; the SDK sends the list's `generated` in a body
    {"GET",     "/certificates",                                     convox_cert_list,          json,   q_none,    any,     pass, reads,  keeps,    all,        h_none},
    {"POST",    "/certificates",                                     convox_cert_import,        json,   q_none,    any,     pass, writes, keeps,    fixed,      h_none},
    {"POST",    "/certificates/generate",                            convox_cert_generate,      json,   q_none,    any,     pass, writes, keeps,    fixed,      h_none},
    {"POST",    "/certificates/{id}/renew",                          convox_cert_renew,         text,   q_none,    empty,   pass, writes, keeps,    last_id,    h_none},
    {"DELETE",  "/certificates/{id}",                                convox_cert_delete,        text,   q_none,    empty,   pass, writes, destroys, last_id,    h_none},
    {"GET",     "/letsencrypt/config",                               convox_letsencrypt_read,   json,   q_none,    empty,   pass, reads,  keeps,    fixed,      h_none},
    {"PUT",     "/letsencrypt/config",                               convox_letsencrypt_update, text,   q_none,    any,     pass, writes, keeps,    fixed,      h_none},

    // instances; keyroll answers with a private key
    {"GET",     "/instances",                                        convox_instance_list,      json,   q_none,    empty,   pass, reads,  keeps,    all,        h_none},
    {"POST",    "/instances/keyroll",                                convox_instance_keyroll,   json,   q_none,    empty,   pass, writes, keeps,    fixed,      h_none,    f_any,          people},
    {"DELETE",  "/instances/{id}",                                   convox_instance_terminate, text,   q_none,    empty,   pass, writes, destroys, last_id,    h_none},

    // registries
    {"GET",     "/registries",                                       convox_registry_list,      json,   q_none,    empty,   pass, reads,  keeps,    all,        h_none},
    {"POST",    "/registries",                                       convox_registry_add,       json,   q_none,    any,     pass, writes, keeps,    fixed,      h_none},
    {"DELETE",  "/registries/{server**}",                            convox_registry_remove,    text,   q_none,    empty,   pass, writes, destroys, last_id,    h_none},

    // resources of the rack
    {"GET",     "/resources",                                        convox_resource_list,      json,   q_none,    empty,   pass, reads,  keeps,    all,        h_none},
    {"OPTIONS", "/resources",                                        convox_resource_list,      json,   q_none,    empty,   pass, reads,  keeps,    all,        h_none},
    {"POST",    "/resources",                                        convox_resource_create,    json,   q_none,    any,     pass, writes, keeps,    fixed,      h_none},
    {"GET",     "/resources/{name}",                                 convox_resource_read,      json,   q_none,    empty,   pass, reads,  keeps,    last_id,    h_none},
    {"PUT",     "/resources/{name}",                                 convox_resource_update,    json,   q_none,    any,     pass, writes, keeps,    last_id,    h_none},
    {"DELETE",  "/resources/{name}",                                 convox_resource_delete,    text,   q_none,    empty,   pass, writes, destroys, last_id,    h_none},
    {"POST",    "/resources/{name}/links",                           convox_resource_link,      json,   q_none,    any,     pass, writes, keeps,    last_id,    h_none},
    {"DELETE",  "/resources/{name}/links/{app}",                     convox_resource_unlink,    json,   q_none,    empty,   pass, writes, destroys, first_id,   h_none},
    {"GET",     "/rds/snapshots/{snapshot}",                         convox_resource_read,      json,   q_none,    empty,   pass, reads,  keeps,    last_id,    h_none},
    {"DELETE",  "/rds/{resource}",                                   convox_resource_delete,    text,   q_none,    empty,   pass, writes, destroys, last_id,    h_none},

    // the rack itself
    {"GET",     "/auth",                                             convox_rack_read,          text,   q_none,    empty,   pass, reads,  keeps,    fixed,      h_none},
    {"GET",     "/check",                                            convox_rack_read,          text,   q_none,    empty,   pass, reads,  keeps,    fixed,      h_none},
    {"POST",    "/events",                                           convox_event_create,       text,   q_none,    any,     pass, writes, keeps,    fixed,      h_none},
    {"GET",     "/system",                                           convox_rack_read,          json,   q_none,    empty,   pass, reads,  keeps,    fixed,      h_none},
    {"PUT",     "/system",                                           convox_rack_update,        text,   q_none,    form,    pass, writes, keeps,    fixed,      h_none,    f_system},
    {"GET",     "/system/capacity",                                  convox_rack_read,          json,   q_none,    empty,   pass, reads,  keeps,    fixed,      h_none},
    {"PUT",     "/system/jwt/rotate",                                convox_rack_jwt_rotate,    text,   q_none,    empty,   pass, writes, keeps,    fixed,      h_none,    f_any,          people},
    {"POST",    "/system/jwt/token",                                 convox_rack_jwt_create,    json,   q_none,    any,     pass, writes, keeps,    fixed,      h_none,    f_any,          people},
    {"POST",    "/system/karpenter/cleanup",                         convox_rack_cleanup,       text,   q_none,    empty,   pass, writes, destroys, fixed,      h_none},
    {"GET",     "/system/metrics",                                   convox_rack_read,          json,   q_metric,  empty,   pass, reads,  keeps,    fixed,      h_none},
    {"GET",     "/system/processes",                                 convox_rack_read,          json,   q_all,     empty,   pass, reads,  keeps,    fixed,      h_none},
    {"GET",     "/system/releases",                                  convox_rack_read,          json,   q_none,    empty,   mask, reads,  keeps,    fixed,      h_none},
    {"GET",     "/system/sync/whitelist/instances/ip",               convox_rack_update,        text,   q_none,    empty,   pass, writes, keeps,    fixed,      h_none},

    // sessions; what a rack calls SOCKET is an opening handshake
    {"SOCKET",  "/apps/{app}/logs",                                  convox_log_read,           socket, q_none,    empty,   pass, writes, keeps,    app,        h_logs},
    {"SOCKET",  "/apps/{app}/builds/{id}/logs",                      convox_log_read,           socket, q_none,    empty,   pass, writes, keeps,    app,        h_logs},
    {"SOCKET",  "/apps/{app}/processes/{pid}/logs",                  convox_log_read,           socket, q_none,    empty,   pass, writes, keeps,    app,        h_logs},
    {"SOCKET",  "/apps/{app}/services/{service}/logs",               convox_log_read,           socket, q_none,    empty,   pass, writes, keeps,    app,        h_logs},
    {"SOCKET",  "/system/logs",                                      convox_log_read,           socket, q_none,    empty,   pass, writes, keeps,    fixed,      h_logs},
    {"SOCKET",  "/apps/{app}/processes/{pid}/exec",                  convox_process_exec,       socket, q_none,    empty,   pass, writes, keeps,    last_id,    h_exec},
    {"SOCKET",  "/apps/{app}/resources/{name}/console",              convox_resource_console,   socket, q_none,    empty,   pass, writes, keeps,    last_id,    h_console},
    {"SOCKET",  "/instances/{id}/shell",                             convox_instance_shell,     socket, q_none,    empty,   pass, writes, keeps,    last_id,    h_shell,   f_any,          people},
    {"SOCKET",  "/proxy/{host}/{port}",                              convox_proxy_connect,      socket, q_none,    empty,   pass, writes, keeps,    first_id,   h_none},

    // the rack's image registry
    {"GET",     "/v2/{path*}",                                       convox_image_pull,         stream, q_image,   empty,   pass, reads,  keeps,    last_id,    h_none},
    {"HEAD",    "/v2/{path*}",                                       convox_image_pull,         json,   q_image,   empty,   pass, reads,  keeps,    last_id,    h_none},
    {"POST",    "/v2/{path*}",                                       convox_image_push,         upload, q_image,   body,    pass, writes, keeps,    last_id,    h_none},
    {"PUT",     "/v2/{path*}",                                       convox_image_push,         upload, q_image,   body,    pass, writes, keeps,    last_id,    h_none},
    {"PATCH",   "/v2/{path*}",                                       convox_image_push,         upload, q_image,   body,    pass, writes, keeps,    last_id,    h_none},
    {"DELETE",  "/v2/{path*}",                                       convox_image_delete,       text,   q_image,   empty,   pass, writes, destroys, last_id,    h_none},

    // any HTTP service the rack can reach, named by the caller: every call counts as a change
    {"GET",     "/custom/http/proxy/{path*}",                        convox_proxy_http,         stream, q_none,    empty,   pass, writes, keeps,    last_id,    h_http,    f_any,          people},
    {"HEAD",    "/custom/http/proxy/{path*}",                        convox_proxy_http,         stream, q_none,    empty,   pass, writes, keeps,    last_id,    h_http,    f_any,          people},
    {"POST",    "/custom/http/proxy/{path*}",                        convox_proxy_http,         upload, q_none,    body,    pass, writes, keeps,    last_id,    h_http,    f_any,          people},
    {"PUT",     "/custom/http/proxy/{path*}",                        convox_proxy_http,         upload, q_none,    body,    pass, writes, keeps,    last_id,    h_http,    f_any,          people},
    {"PATCH",   "/custom/http/proxy/{path*}",                        convox_proxy_http,         upload, q_none,    body,    pass, writes, keeps,    last_id,    h_http,    f_any,          people},
    {"DELETE",  "/custom/http/proxy/{path*}",                        convox_proxy_http,         upload, q_none,    body,    pass, writes, destroys, last_id,    h_http,    f_any,          people},
});
// clang-format on

}  // namespace

std::span<const Route> routes() {
    return table;
}

}  // namespace rgw::rack
