#include <chrono>
#include <stdexcept>

#include "support/postgres.hpp"
#include "support/run.hpp"

namespace rgw::test {
namespace {

constexpr std::chrono::seconds limit{60};

using Opened = Result<std::unique_ptr<pg::Connection>>;

async::Task<Opened> open(async::Loop& loop, pg::ConnInfo info) {
    Opened opened = co_await pg::Connection::connect(loop, info, deadline_in(limit));
    co_return opened;
}

template <class T>
T must(Result<T> result) {
    if (!result) {
        throw std::runtime_error(describe(result.error()));
    }
    return std::move(*result);
}

}  // namespace

Sql::Sql(std::string_view dsn) {
    loop_.start();
    connection_ = must(run(loop_, open(loop_, must(pg::ConnInfo::parse(dsn)))));
}

Sql::~Sql() {
    run_on(loop_, [this] { connection_.reset(); });
}

void Sql::execute(std::string_view script) {
    if (const Result<void> done = run(loop_, connection_->script(script, deadline_in(limit)));
        !done) {
        throw std::runtime_error(describe(done.error()));
    }
}

std::vector<std::string> Sql::column(std::string_view query) {
    const std::string as_text = "select q.c::text from (" + std::string(query) + ") as q (c)";
    const pg::Statement statement{"", as_text};
    const pg::Rows rows =
        must(run(loop_, connection_->run(statement, pg::Params(), deadline_in(limit))));
    std::vector<std::string> values;
    values.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        values.push_back(rows[i].get<std::optional<std::string>>(0).value_or("(null)"));
    }
    return values;
}

std::string Sql::value(std::string_view query) {
    const std::vector<std::string> values = column(query);
    if (values.size() != 1) {
        throw std::runtime_error(std::to_string(values.size()) + " rows instead of one");
    }
    return values.front();
}

}  // namespace rgw::test
