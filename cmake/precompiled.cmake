# The headers that take longest, parsed once (RGW_PCH, in the sanitizer builds). The dev build and clang-tidy go
# without, so that a file that forgets an include is found there.
set(RGW_SLOW_HEADERS
    <algorithm> <array> <chrono> <filesystem> <fstream> <functional> <map> <memory> <optional> <set> <span>
    <sstream> <string> <string_view> <thread> <utility> <variant> <vector>
    <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/io_context.hpp>
    <boost/asio/steady_timer.hpp> <boost/json.hpp> <boost/system/result.hpp>)

# A target that shares the headers must be compiled like the one they belong to: hence an executable for tests.
if(RGW_PCH)
  add_library(rgw_precompiled STATIC ${CMAKE_CURRENT_LIST_DIR}/precompiled/empty.cpp)
  add_executable(rgw_precompiled_for_tests ${CMAKE_CURRENT_LIST_DIR}/precompiled/empty.cpp)
  target_link_libraries(rgw_precompiled PRIVATE Boost::system Boost::json)
  target_link_libraries(rgw_precompiled_for_tests PRIVATE Boost::system Boost::json)
  target_compile_options(rgw_precompiled_for_tests PRIVATE -O0)
  target_compile_definitions(rgw_precompiled_for_tests PRIVATE GTEST_HAS_PTHREAD=1)
  target_precompile_headers(rgw_precompiled PRIVATE ${RGW_SLOW_HEADERS})
  target_precompile_headers(rgw_precompiled_for_tests PRIVATE ${RGW_SLOW_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
endif()

# share_precompiled_headers(<target> <rgw_precompiled|rgw_precompiled_for_tests>)
function(share_precompiled_headers target owner)
  if(RGW_PCH)
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()
