#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "audit_commands.hpp"
#include "commands.hpp"
#include "rgw/base/log.hpp"
#include "serve.hpp"

// Exit codes: 0 done · 1 could not be done, the reason on stderr · 2 the audit log does not verify.
int main(int argc, char** argv) {
    using namespace rgw;
    CLI::App app(
        "Rack Gateway: an access gateway for self-hosted Convox racks.\n"
        "Without a sub-command it serves. Configuration comes from the environment "
        "(docs/settings.md).",
        "rack-gateway-api");
    app.require_subcommand(0, 1);

    CLI::App* migrate = app.add_subcommand("migrate", "apply pending migrations and end");
    CLI::App* reset = app.add_subcommand(
        "reset-db", "delete all data of the gateway; asks for guards in the environment");

    CLI::App* token = app.add_subcommand("token", "API tokens, on the server host");
    token->require_subcommand(1);
    CLI::App* create = token->add_subcommand("create", "make a token and print it, once");
    app::TokenRequest request;
    create
        ->add_option("--email", request.email,
                     "the owner; must exist and hold what the role allows")
        ->required();
    create->add_option("--role", request.role, "viewer, ops, deployer, cicd, auditor or admin")
        ->required();
    create->add_option("--name", request.name, "unique, for lists and the audit log")->required();
    create->add_option("--expires", request.expires,
                       "30d, 12h, or a time such as 2027-01-31T00:00:00Z; default never");

    CLI::App* user = app.add_subcommand("user", "people, when nobody can reach the web app");
    user->require_subcommand(1);
    app::UserAction action;
    CLI::App* unlock = user->add_subcommand("unlock", "let a locked user in again");
    CLI::App* reset_factors = user->add_subcommand(
        "reset-factors", "take a user's second factors away; they set up new ones");
    for (CLI::App* each : {unlock, reset_factors}) {
        each->add_option("--email", action.email, "the user")->required();
        each->add_option("--reason", action.reason, "for the audit log")->required();
    }

    app::AuditCommands audit(app);

    CLI::App* rack_cert = app.add_subcommand("rack-cert", "the rack's pinned certificate");
    rack_cert->require_subcommand(1);
    CLI::App* refresh = rack_cert->add_subcommand(
        "refresh", "pin what the rack shows now, on every replica (ENABLE_RACK_TLS_PINNING)");

    CLI11_PARSE(app, argc, argv);
    int status = 1;
    try {
        if (*migrate) {
            status = app::migrate();
        } else if (*reset) {
            status = app::reset_database();
        } else if (*create) {
            status = app::create_token(request);
        } else if (*unlock) {
            status = app::unlock_user(action);
        } else if (*reset_factors) {
            status = app::reset_user_factors(action);
        } else if (audit.chosen()) {
            status = audit.run();
        } else if (*refresh) {
            status = app::refresh_rack_certificate();
        } else {
            status = app::serve();
        }
    } catch (const std::exception& e) {
        std::cerr << "rack-gateway-api: " << e.what() << "\n";
    }
    log::flush();
    return status;
}
