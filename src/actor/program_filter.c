// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The system calls that lead a program out of its namespaces.
 *
 * Namespaces keep apart what they are made for. Not of any namespace, and open to who has no capability, are
 *
 * - sockets of some families, whatever network namespace they are made in: AF_VSOCK speaks to the hypervisor. So those
 *   that are known to be of a namespace (or to leave no host) are there, and no others: EAFNOSUPPORT
 * - the keys of a user, which it could read, and which would be left behind: EPERM
 * - io_uring, which makes sockets without a system call of that name: ENOSYS
 *
 * A filter goes by the numbers of one architecture. Those of the others that the kernel can do (of 32 bits) are not
 * there: ENOSYS.
 */
#include "actor/program_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#endif

#ifdef ARCHITECTURE

/* x86: from here on the same system calls stand once more (__X32_SYSCALL_BIT); elsewhere there is no such number. */
#define X32 0x40000000U

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define REFUSE(errnum) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (errnum))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
/* The next instruction only where it is, or is not, @number. */
#define IF(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1)
#define IF_NOT(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 1, 0)
#define IF_FROM(number) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, number, 0, 1)

int program_filter_set(void)
{
	static struct sock_filter instructions[] = {
		LOAD(arch),
		IF_NOT(ARCHITECTURE),
		REFUSE(ENOSYS),
		LOAD(nr),
		IF_FROM(X32),
		REFUSE(ENOSYS),
		IF(SYS_io_uring_setup),
		REFUSE(ENOSYS),
		IF(SYS_add_key),
		REFUSE(EPERM),
		IF(SYS_request_key),
		REFUSE(EPERM),
		IF(SYS_keyctl),
		REFUSE(EPERM),
		IF_NOT(SYS_socket),
		ALLOW,
		LOAD(args[0]), /* an int: the lower half, which comes first on all of these architectures */
		IF(AF_UNIX),
		ALLOW,
		IF(AF_INET),
		ALLOW,
		IF(AF_INET6),
		ALLOW,
		IF(AF_NETLINK),
		ALLOW,
		IF(AF_PACKET),
		ALLOW,
		IF(AF_ALG),
		ALLOW,
		IF(AF_SMC),
		ALLOW,
		REFUSE(EAFNOSUPPORT),
	};
	const struct sock_fprog filter = {.len = sizeof instructions / sizeof *instructions, .filter = instructions};
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

#else

/* Nobody has tried it here yet. */
int program_filter_set(void)
{
	return 0;
}

#endif
