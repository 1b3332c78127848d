#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/pg/conninfo.hpp"
#include "rgw/pg/fence.hpp"
#include "rgw/pg/params.hpp"
#include "rgw/pg/rows.hpp"
#include "rgw/pg/statement.hpp"

namespace rgw::pg {

class Observer;

// Statements sent together: one round trip, one Sync, so all or nothing unless the batch itself
// says BEGIN/COMMIT. The statement after a failed one does not run.
struct Batch {
    struct Item {
        const Statement* statement;
        Params params;
    };
    std::vector<Item> items;
    Batch& add(const Statement& statement, Params params = {}) {
        items.push_back({&statement, std::move(params)});
        return *this;
    }
};

// Why a script stopped, for those who must point at the place (migrations).
struct ScriptFailure {
    Error error;
    std::size_t statement = 0;  // statements of the script that had finished before
    std::size_t position = 0;   // PostgreSQL's: characters from 1 on; 0 when it gave none
};

// One asynchronous libpq connection on one loop. One call at a time (the pool sees to that).
//
// Errors: database_unavailable (connection lost or refused, server shutting down, read-only, out of
// disk: try again later), database_timeout (the deadline passed; the connection is then unusable),
// database_conflict (class 23 and serialisation failures; detail is the constraint's name when
// there is one), database_rejected (any other SQLSTATE: a bug of ours). `detail` holds SQLSTATE and
// PostgreSQL's message; it never holds bind values or the connection string.
class Connection {
public:
    // Resolves names off the loop, tries the hosts in order as libpq would, sets application_name,
    // statement_timeout and lock_timeout. Error detail names host, port and PostgreSQL's reason.
    // With a fence: only where it admits; the other hosts are tried then.
    static async::Task<Result<std::unique_ptr<Connection>>> connect(async::Loop& loop,
                                                                    const ConnInfo& info,
                                                                    Deadline deadline,
                                                                    Fence* fence = nullptr);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Prepares on first use, then binds and executes.
    async::Task<Result<Rows>> run(const Statement& statement, Params params, Deadline deadline);
    // Answers in the order of the items.
    async::Task<Result<std::vector<Rows>>> run(Batch batch, Deadline deadline);
    // Simple protocol, several statements in one text, no parameters: migrations, BEGIN, LISTEN.
    async::Task<Result<void>> script(std::string_view sql, Deadline deadline);
    // The same; tells where it failed.
    async::Task<std::optional<ScriptFailure>> try_script(std::string_view sql, Deadline deadline);

    // False after a lost connection, a timeout or a protocol error; such a connection is thrown
    // away.
    [[nodiscard]] bool usable() const;
    // Whether a transaction is open (or failed) on the server.
    [[nodiscard]] bool in_transaction() const;
    // An error inside the open transaction: nothing but a rollback is possible.
    [[nodiscard]] bool transaction_failed() const;
    // For a connection at rest: false when the server has closed it (or said anything, which a
    // server does to a resting connection only when it ends it). One poll(), nothing is sent.
    [[nodiscard]] bool alive() const;
    [[nodiscard]] std::chrono::steady_clock::time_point opened_at() const;
    // As it was when the connection was opened.
    [[nodiscard]] const ServerState& server() const;

    // Told of every round trip from now on; lives as long as the connection.
    void tell(Observer* observer);

    struct State;

private:
    friend class Listener;
    explicit Connection(std::unique_ptr<State> state);
    async::Task<Result<void>> greet(Deadline deadline);
    std::unique_ptr<State> state_;
};

}  // namespace rgw::pg
