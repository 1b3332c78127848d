#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rgw::async {

// The typed executor: no virtual call, no allocation per operation.
using Executor = boost::asio::io_context::executor_type;

// A coroutine. It starts when awaited (or spawned into a TaskGroup) and runs on its awaiter's loop.
template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

inline constexpr boost::asio::use_awaitable_t<Executor> use_task{};

}  // namespace rgw::async
