# BPF programs: each bpf/*.bpf.c compiled apart, linked with `bpftool gen object` into one object,
# and made a skeleton. CO-RE relocations come from bpf/kernel.h, so no kernel BTF is needed here.
find_program(BPF_CLANG NAMES clang clang-16 clang-15 clang-14 REQUIRED)
find_program(BPFTOOL NAMES bpftool PATHS /usr/sbin /sbin REQUIRED)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64")
	set(BPF_ARCH arm64)
else()
	set(BPF_ARCH x86)
endif()

# add_bpf_object(OUT SOURCE HEADERS...): compiles SOURCE to OUT.
function(add_bpf_object out source)
	get_filename_component(name ${source} NAME_WE)
	# Not the compiler's -dumpmachine: clang says x86_64-pc-linux-gnu, Debian's folder has no "pc".
	add_custom_command(OUTPUT ${out}
		COMMAND ${BPF_CLANG} -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_${BPF_ARCH}
			-Wall -Wextra -Werror -Wno-unused-parameter
			-I${PROJECT_SOURCE_DIR}/include -I${PROJECT_SOURCE_DIR}/bpf
			-idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
			-c ${source} -o ${out}
		DEPENDS ${source} ${ARGN}
		COMMENT "BPF ${name}"
		VERBATIM)
endfunction()

# add_bpf_link(OUT NAME OBJECTS...): links OBJECTS and makes OUT, the skeleton of NAME_bpf.
function(add_bpf_link out name)
	get_filename_component(dir ${out} DIRECTORY)
	add_custom_command(OUTPUT ${out}
		COMMAND ${BPFTOOL} gen object ${dir}/${name}.o ${ARGN}
		COMMAND ${BPFTOOL} gen skeleton ${dir}/${name}.o name ${name}_bpf > ${out}.tmp
		COMMAND ${CMAKE_COMMAND} -E rename ${out}.tmp ${out}
		DEPENDS ${ARGN}
		COMMENT "BPF skeleton ${name}"
		VERBATIM)
endfunction()

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
	foreach(source ${sources})
		get_filename_component(name ${source} NAME_WE)
		add_bpf_object(${gen}/${name}.bpf.o ${source} ${headers})
		list(APPEND objects ${gen}/${name}.bpf.o)
	endforeach()
	add_bpf_link(${gen}/record.skel.h record ${objects})
	set(${out} ${gen}/record.skel.h PARENT_SCOPE)
endfunction()
