# One compiler, one standard, one set of flags for every target. Why clang: docs/adr/0001-clang-19.md.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "Rack Gateway builds with clang 19 only (found ${CMAKE_CXX_COMPILER_ID} "
                      "${CMAKE_CXX_COMPILER_VERSION}). Run ./dev build, it installs and selects it.")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(RGW_SANITIZE "" CACHE STRING "sanitizers, as clang's -fsanitize= takes them")
option(RGW_FUZZ "build the libFuzzer targets" OFF)
option(RGW_PCH "parse the slowest headers once" OFF)

add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
                    -Woverloaded-virtual -Wimplicit-fallthrough -Wnull-dereference
                    -fstack-protector-strong -fno-omit-frame-pointer
                    -Wno-missing-designated-field-initializers)
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_HAS_CO_AWAIT=1 SPDLOG_FMT_EXTERNAL
                        _GLIBCXX_ASSERTIONS
                        # Frames of coroutines are kept for reuse per thread: 2 by default, a call has more.
                        BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16)
add_link_options(-fuse-ld=lld -Wl,-z,relro,-z,now)

set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g -D_FORTIFY_SOURCE=2")

if(RGW_SANITIZE)
  # -O1: coroutine frames at -O0 under the sanitizers overflow the stack long before real code does.
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
  add_compile_options(-fsanitize=${RGW_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RGW_SANITIZE})
endif()
if(RGW_PCH)
  add_compile_options(-pthread  # as some packages say and others do not; sharing wants it the same everywhere
                      "SHELL:-Xclang -fno-pch-timestamp")  # else ccache finds nothing again
endif()
if(RGW_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
