# rgw_library(<name> SOURCES <file>... [USES <target>...] [PRIVATE_USES <target>...])
# A library of libs/<name>: target rgw_<name>, public headers in include/, private ones in src/.
function(rgw_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
  add_library(rgw_${name} STATIC ${ARG_SOURCES})
  target_include_directories(rgw_${name} PUBLIC include PRIVATE src)
  target_link_libraries(rgw_${name} PUBLIC ${ARG_USES} PRIVATE ${ARG_PRIVATE_USES})
  share_precompiled_headers(rgw_${name} rgw_precompiled)
endfunction()

# rgw_test(<name> SOURCES <file>... USES <target>... [POSTGRES] [TIMEOUT <seconds>]
#          [PROPERTIES <name> <value>...])
# One test program. With POSTGRES its cases run with a private cluster already started (tests/support).
function(rgw_test name)
  cmake_parse_arguments(ARG "POSTGRES" "TIMEOUT" "SOURCES;USES;PROPERTIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE src)
  target_link_libraries(${name} PRIVATE ${ARG_USES} GTest::gmock GTest::gtest_main)
  if(RGW_SANITIZE)
    target_compile_options(${name} PRIVATE -O0)  # the tests themselves; they build in half the time of -O1
  endif()
  share_precompiled_headers(${name} rgw_precompiled_for_tests)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set(properties TIMEOUT ${ARG_TIMEOUT} ${ARG_PROPERTIES})
  if(ARG_POSTGRES)
    target_link_libraries(${name} PRIVATE rgw_test_postgres)
    list(APPEND properties FIXTURES_REQUIRED postgres
         ENVIRONMENT "RGW_TEST_PG_DIR=${CMAKE_BINARY_DIR}/test-postgres")
  endif()
  gtest_discover_tests(${name} TEST_PREFIX "${name}." PROPERTIES ${properties} DISCOVERY_MODE PRE_TEST)
endfunction()
