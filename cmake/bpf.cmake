# BPF programs: each bpf/*.bpf.c compiled apart, linked with `bpftool gen object` into one object,
# and made a skeleton. CO-RE relocations come from bpf/kernel.h, so no kernel BTF is needed here.
find_program(BPF_CLANG NAMES clang clang-16 clang-15 clang-14 REQUIRED)
find_program(BPFTOOL NAMES bpftool PATHS /usr/sbin /sbin REQUIRED)

function(add_bpf_skeleton out)
	set(gen ${CMAKE_CURRENT_BINARY_DIR}/gen)
	file(MAKE_DIRECTORY ${gen})
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/bpf/*.bpf.c)
	file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/bpf/*.h
		${CMAKE_CURRENT_SOURCE_DIR}/include/trammel/event.h)
	set(objects "")
	if(NOT sources)
		return()
	endif()
	if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64")
		set(arch arm64)
	else()
		set(arch x86)
	endif()
	# Not the compiler's -dumpmachine: clang says x86_64-pc-linux-gnu, Debian's folder has no "pc".
	set(triplet ${CMAKE_LIBRARY_ARCHITECTURE})
	foreach(source ${sources})
		get_filename_component(name ${source} NAME_WE)
		add_custom_command(OUTPUT ${gen}/${name}.bpf.o
			COMMAND ${BPF_CLANG} -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_${arch}
				-Wall -Wextra -Werror -Wno-unused-parameter
				-I${CMAKE_CURRENT_SOURCE_DIR}/include -I${CMAKE_CURRENT_SOURCE_DIR}/bpf
				-idirafter /usr/include/${triplet}
				-c ${source} -o ${gen}/${name}.bpf.o
			DEPENDS ${source} ${headers}
			COMMENT "BPF ${name}"
			VERBATIM)
		list(APPEND objects ${gen}/${name}.bpf.o)
	endforeach()
	add_custom_command(OUTPUT ${gen}/record.skel.h
		COMMAND ${BPFTOOL} gen object ${gen}/record.o ${objects}
		COMMAND ${BPFTOOL} gen skeleton ${gen}/record.o name record_bpf > ${gen}/record.skel.h.tmp
		COMMAND ${CMAKE_COMMAND} -E rename ${gen}/record.skel.h.tmp ${gen}/record.skel.h
		DEPENDS ${objects}
		COMMENT "BPF skeleton"
		VERBATIM)
	set(${out} ${gen}/record.skel.h PARENT_SCOPE)
endfunction()
