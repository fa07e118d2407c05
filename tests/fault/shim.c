// SPDX-License-Identifier: GPL-2.0-or-later
// A library to be preloaded: makes one call of one function of the C library fail, in one worker of netrepro or its
// runner.
//
// Theory of operation
//
// Calls are counted from the moment when a process names itself netrepro-worker, which a worker does right before its
// loop, and only in the first process that ever does so: a worker that takes the place of one that the fault killed is
// left alone. Which process that is, and how often it called what, is kept in a file that all of them have mapped since
// before the first fork. The file is text and right at any moment, also after SIGKILL: a line a function, how often it
// was called, and how often of these before the worker greeted (by its start, not by a cell).
//
//	NETREPRO_FAULT_STATE=FILE           where to count; without it the library does nothing
//	NETREPRO_FAULT=FUNCTION:N:ERRNO     the N-th call fails with this errno
//	NETREPRO_FAULT=FUNCTION:N:KILL      the process dies by SIGKILL in place of the N-th call
//	NETREPRO_FAULT=FUNCTION:N:SHORT     the N-th call reads or writes half of what it was asked for, where it may: a
//	                                    pipe takes up to PIPE_BUF bytes whole (pipe(7))
//	NETREPRO_FAULT_IN=runner            in the process that was started, from its first call on; no worker is chosen
//
// A failing call does not happen, but for close(), which closes and then fails, as in the kernel. The "function"
// netlink is one request to the kernel within a sendmsg(): its type is made one that no kernel has, so the kernel
// itself refuses it (with EOPNOTSUPP, or EINVAL for sock_diag), whatever ERRNO says.
#include <assert.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#define FUNCTIONS(X)                                                                                                   \
	X(unshare)                                                                                                     \
	X(setns)                                                                                                       \
	X(open)                                                                                                        \
	X(openat)                                                                                                      \
	X(stat)                                                                                                        \
	X(scandir)                                                                                                     \
	X(read)                                                                                                        \
	X(pread)                                                                                                       \
	X(write)                                                                                                       \
	X(writev)                                                                                                      \
	X(close)                                                                                                       \
	X(socket)                                                                                                      \
	X(setsockopt)                                                                                                  \
	X(getsockopt)                                                                                                  \
	X(bind)                                                                                                        \
	X(listen)                                                                                                      \
	X(accept)                                                                                                      \
	X(accept4)                                                                                                     \
	X(connect)                                                                                                     \
	X(getsockname)                                                                                                 \
	X(getpeername)                                                                                                 \
	X(send)                                                                                                        \
	X(sendto)                                                                                                      \
	X(sendmsg)                                                                                                     \
	X(recv)                                                                                                        \
	X(recvfrom)                                                                                                    \
	X(recvmsg)                                                                                                     \
	X(recvmmsg)                                                                                                    \
	X(shutdown)                                                                                                    \
	X(poll)                                                                                                        \
	X(ppoll)                                                                                                       \
	X(epoll_create1)                                                                                               \
	X(epoll_ctl)                                                                                                   \
	X(epoll_wait)                                                                                                  \
	X(timerfd_create)                                                                                              \
	X(timerfd_settime)                                                                                             \
	X(ioctl)                                                                                                       \
	X(fcntl)                                                                                                       \
	X(pipe2)                                                                                                       \
	X(dup3)                                                                                                        \
	X(rename)                                                                                                      \
	X(mkdir)                                                                                                       \
	X(mount)                                                                                                       \
	X(pthread_create)                                                                                              \
	X(malloc)                                                                                                      \
	X(calloc)                                                                                                      \
	X(realloc)                                                                                                     \
	X(reallocarray)                                                                                                \
	X(netlink)

enum function {
#define AS_ENUM(name) FUNCTION_##name,
	FUNCTIONS(AS_ENUM)
#undef AS_ENUM
		FUNCTION_COUNT
};

static const char *const names[] = {
#define AS_NAME(name) [FUNCTION_##name] = #name,
	FUNCTIONS(AS_NAME)
#undef AS_NAME
};
static_assert(sizeof(names) / sizeof(names[0]) == FUNCTION_COUNT, "a function without a name");

#define WORKER_NAME "netrepro-worker"
#define PROGRAM_NAME "netrepro"

/* A line of the file: name, two numbers, newline. The first two are about the whole: was a worker chosen, did a call
 * fail. */
#define NAME_COLUMNS 20
#define DIGITS 10
#define LINE_BYTES (NAME_COLUMNS + 1 + DIGITS + 1 + DIGITS + 1)
enum { COLUMN_CALLS = NAME_COLUMNS + 1, COLUMN_BEFORE = COLUMN_CALLS + DIGITS + 1 };
enum { LINE_CHOSEN, LINE_STRUCK, LINE_FIRST_FUNCTION };
#define STATE_BYTES ((size_t)(LINE_FIRST_FUNCTION + FUNCTION_COUNT) * LINE_BYTES)

static char *state;           /* mapped; NULL: do nothing */
static atomic_bool is_victim; /* this process */
static atomic_ulong counts[FUNCTION_COUNT];
static enum function target = FUNCTION_COUNT;
static unsigned long target_call;
static int target_errno; /* 0: SIGKILL */
static bool is_short;    /* instead of an errno */
static bool is_runner_meant;
static enum function first_word = FUNCTION_writev; /* what a worker greets with; the runner begins its files */

static void show(size_t line, size_t column, unsigned long n)
{
	char *digit = state + line * LINE_BYTES + column + DIGITS - 1;
	for (int i = 0; i < DIGITS; i++, n /= 10)
		*digit-- = (char)('0' + n % 10);
}

/* The first cell begins. */
static void keep_counts(void)
{
	for (size_t i = 0; i < FUNCTION_COUNT; i++)
		show(LINE_FIRST_FUNCTION + i, COLUMN_BEFORE, counts[i]);
}

/* Count a call. Return: whether it is the one that is to fail; errno is set then. */
static bool strike(enum function function)
{
	if (!is_victim)
		return false;
	if (function == first_word && !counts[function])
		keep_counts();
	unsigned long n = ++counts[function];
	show(LINE_FIRST_FUNCTION + (size_t)function, COLUMN_CALLS, n);
	if (function != target || n != target_call)
		return false;
	show(LINE_STRUCK, COLUMN_CALLS, 1);
	if (!target_errno)
		raise(SIGKILL);
	errno = target_errno;
	return true;
}

static _Noreturn void wrong(const char *what)
{
	fprintf(stderr, "shim: %s\n", what);
	_exit(125);
}

static void read_fault(const char *text)
{
	char name[32], code[32];
	if (sscanf(text, "%31[^:]:%lu:%31s", name, &target_call, code) != 3)
		wrong("NETREPRO_FAULT is FUNCTION:N:ERRNO or FUNCTION:N:KILL");
	for (target = 0; target < FUNCTION_COUNT && strcmp(name, names[target]) != 0; target++)
		;
	if (target == FUNCTION_COUNT)
		wrong("NETREPRO_FAULT names no function that is known here");
	is_short = strcmp(code, "SHORT") == 0;
	if (is_short)
		target_errno = EIO; /* for a function that cannot */
	if (is_short || strcmp(code, "KILL") == 0)
		return;
	for (target_errno = 1; target_errno < 200; target_errno++) {
		const char *candidate = strerrorname_np(target_errno);
		if (candidate && strcmp(code, candidate) == 0)
			return;
	}
	wrong("NETREPRO_FAULT names no errno");
}

static void choose(void);

static void spare_child(void)
{
	is_victim = false;
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("NETREPRO_FAULT_STATE"), *fault = getenv("NETREPRO_FAULT");
	if (!path)
		return;
	if (fault)
		read_fault(fault);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, STATE_BYTES) < 0)
		wrong("cannot make the file of NETREPRO_FAULT_STATE");
	char *map = mmap(NULL, STATE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		wrong("cannot map the file of NETREPRO_FAULT_STATE");
	close(fd);
	for (size_t i = 0; i < LINE_FIRST_FUNCTION + FUNCTION_COUNT; i++) {
		char line[LINE_BYTES + 1];
		const char *name = i == LINE_CHOSEN   ? "chosen"
				   : i == LINE_STRUCK ? "struck"
						      : names[i - LINE_FIRST_FUNCTION];
		snprintf(line, sizeof(line), "%-*s %0*d %0*d\n", NAME_COLUMNS, name, DIGITS, 0, DIGITS, 0);
		memcpy(map + i * LINE_BYTES, line, LINE_BYTES);
	}
	state = map;
	const char *where = getenv("NETREPRO_FAULT_IN");
	is_runner_meant = where && strcmp(where, "runner") == 0;
	if (!is_runner_meant || strcmp(program_invocation_short_name, PROGRAM_NAME) != 0)
		return;
	first_word = FUNCTION_write;
	pthread_atfork(NULL, NULL, spare_child);
	choose();
}

/* Only the first one ever gets it. */
static void choose(void)
{
	char *last_digit = state + LINE_CHOSEN * LINE_BYTES + COLUMN_CALLS + DIGITS - 1;
	char free_yet = '0';
	if (__atomic_compare_exchange_n(last_digit, &free_yet, '1', false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		is_victim = true;
}

/* ISO C has no conversion from dlsym()'s pointer to one to a function. */
#define NEXT(next, name)                                                                                               \
	do {                                                                                                           \
		if (!(next))                                                                                           \
			*(void **)&(next) = dlsym(RTLD_NEXT, name);                                                    \
	} while (0)

int prctl(int option, ...)
{
	static int (*next)(int, ...);
	va_list list;
	unsigned long a[4];
	va_start(list, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(list, unsigned long);
	va_end(list);
	NEXT(next, "prctl");
	int rc = next(option, a[0], a[1], a[2], a[3]);
	if (state && !is_runner_meant && option == PR_SET_NAME && strcmp((const char *)a[0], WORKER_NAME) == 0)
		choose();
	return rc;
}

#define WRAP(type, failure, name, parameters, arguments)                                                               \
	type name parameters                                                                                           \
	{                                                                                                              \
		static type(*next) parameters;                                                                         \
		NEXT(next, #name);                                                                                     \
		if (strike(FUNCTION_##name))                                                                           \
			return failure;                                                                                \
		return next arguments;                                                                                 \
	}

static size_t half_of(size_t len)
{
	return len > PIPE_BUF ? len / 2 : len;
}

/* The same of one that can do a part of it. */
#define WRAP_PARTIAL(name, len, parameters, arguments)                                                                 \
	ssize_t name parameters                                                                                        \
	{                                                                                                              \
		static ssize_t(*next) parameters;                                                                      \
		NEXT(next, #name);                                                                                     \
		if (strike(FUNCTION_##name)) {                                                                         \
			if (!is_short)                                                                                 \
				return -1;                                                                             \
			(len) = half_of(len);                                                                          \
		}                                                                                                      \
		return next arguments;                                                                                 \
	}

WRAP(int, -1, unshare, (int flags), (flags))
WRAP(int, -1, setns, (int fd, int type), (fd, type))
WRAP(int, -1, stat, (const char *restrict path, struct stat *restrict status), (path, status))
WRAP(int, -1, scandir,
	(const char *restrict path, struct dirent ***restrict list, int (*select)(const struct dirent *),
		int (*compare)(const struct dirent **, const struct dirent **)),
	(path, list, select, compare))
WRAP_PARTIAL(read, len, (int fd, void *buffer, size_t len), (fd, buffer, len))
WRAP_PARTIAL(pread, len, (int fd, void *buffer, size_t len, off_t at), (fd, buffer, len, at))
WRAP_PARTIAL(write, len, (int fd, const void *buffer, size_t len), (fd, buffer, len))
WRAP(int, -1, socket, (int family, int type, int protocol), (family, type, protocol))
WRAP(int, -1, setsockopt, (int fd, int level, int name, const void *value, socklen_t len),
	(fd, level, name, value, len))
WRAP(int, -1, getsockopt, (int fd, int level, int name, void *restrict value, socklen_t *restrict len),
	(fd, level, name, value, len))
WRAP(int, -1, bind, (int fd, __CONST_SOCKADDR_ARG address, socklen_t len), (fd, address, len))
WRAP(int, -1, listen, (int fd, int backlog), (fd, backlog))
WRAP(int, -1, accept, (int fd, __SOCKADDR_ARG address, socklen_t *restrict len), (fd, address, len))
WRAP(int, -1, accept4, (int fd, __SOCKADDR_ARG address, socklen_t *restrict len, int flags), (fd, address, len, flags))
WRAP(int, -1, connect, (int fd, __CONST_SOCKADDR_ARG address, socklen_t len), (fd, address, len))
WRAP(int, -1, getsockname, (int fd, __SOCKADDR_ARG address, socklen_t *restrict len), (fd, address, len))
WRAP(int, -1, getpeername, (int fd, __SOCKADDR_ARG address, socklen_t *restrict len), (fd, address, len))
WRAP(ssize_t, -1, send, (int fd, const void *data, size_t len, int flags), (fd, data, len, flags))
WRAP(ssize_t, -1, sendto,
	(int fd, const void *data, size_t len, int flags, __CONST_SOCKADDR_ARG address, socklen_t address_len),
	(fd, data, len, flags, address, address_len))
WRAP(ssize_t, -1, recv, (int fd, void *data, size_t len, int flags), (fd, data, len, flags))
WRAP(ssize_t, -1, recvfrom,
	(int fd, void *restrict data, size_t len, int flags, __SOCKADDR_ARG address, socklen_t *restrict address_len),
	(fd, data, len, flags, address, address_len))
WRAP(ssize_t, -1, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
WRAP(int, -1, recvmmsg, (int fd, struct mmsghdr *messages, unsigned n, int flags, struct timespec *timeout),
	(fd, messages, n, flags, timeout))
WRAP(int, -1, rename, (const char *from, const char *to), (from, to))
WRAP(int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, -1, shutdown, (int fd, int how), (fd, how))
WRAP(int, -1, poll, (struct pollfd * fds, nfds_t n, int timeout), (fds, n, timeout))
WRAP(int, -1, ppoll, (struct pollfd * fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask),
	(fds, n, timeout, mask))
WRAP(int, -1, epoll_create1, (int flags), (flags))
WRAP(int, -1, epoll_ctl, (int epoll, int operation, int fd, struct epoll_event *event), (epoll, operation, fd, event))
WRAP(int, -1, epoll_wait, (int epoll, struct epoll_event *events, int n, int timeout), (epoll, events, n, timeout))
WRAP(int, -1, timerfd_create, (clockid_t clock, int flags), (clock, flags))
WRAP(int, -1, timerfd_settime, (int fd, int flags, const struct itimerspec *new, struct itimerspec *old),
	(fd, flags, new, old))
WRAP(int, -1, pipe2, (int fds[2], int flags), (fds, flags))
WRAP(int, -1, dup3, (int from, int to, int flags), (from, to, flags))
WRAP(int, -1, mount,
	(const char *source, const char *target_path, const char *type, unsigned long flags, const void *data),
	(source, target_path, type, flags, data))
WRAP(int, errno, pthread_create,
	(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*start)(void *),
		void *restrict argument),
	(thread, attributes, start, argument))

/* dlsym() may allocate; the C library's own names lead around it. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *pointer, size_t size);

void *malloc(size_t size)
{
	return strike(FUNCTION_malloc) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return strike(FUNCTION_calloc) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *pointer, size_t size)
{
	return strike(FUNCTION_realloc) ? NULL : __libc_realloc(pointer, size);
}

WRAP(void *, NULL, reallocarray, (void *pointer, size_t n, size_t size), (pointer, n, size))

int close(int fd)
{
	static int (*next)(int);
	NEXT(next, "close");
	int rc = next(fd);
	return strike(FUNCTION_close) ? -1 : rc;
}

/* The rest of the arguments, which are there only with some flags, commands or requests. */
#define REST(type, last)                                                                                               \
	va_list list;                                                                                                  \
	va_start(list, last);                                                                                          \
	type rest = va_arg(list, type);                                                                                \
	va_end(list)

int open(const char *path, int flags, ...)
{
	static int (*next)(const char *, int, ...);
	REST(mode_t, flags);
	NEXT(next, "open");
	return strike(FUNCTION_open) ? -1 : next(path, flags, rest);
}

int open64(const char *path, int flags, ...)
{
	static int (*next)(const char *, int, ...);
	REST(mode_t, flags);
	NEXT(next, "open64");
	return strike(FUNCTION_open) ? -1 : next(path, flags, rest);
}

int openat(int folder, const char *path, int flags, ...)
{
	static int (*next)(int, const char *, int, ...);
	REST(mode_t, flags);
	NEXT(next, "openat");
	return strike(FUNCTION_openat) ? -1 : next(folder, path, flags, rest);
}

int ioctl(int fd, unsigned long request, ...)
{
	static int (*next)(int, unsigned long, ...);
	REST(void *, request);
	NEXT(next, "ioctl");
	return strike(FUNCTION_ioctl) ? -1 : next(fd, request, rest);
}

int fcntl(int fd, int command, ...)
{
	static int (*next)(int, int, ...);
	REST(void *, command);
	NEXT(next, "fcntl");
	return strike(FUNCTION_fcntl) ? -1 : next(fd, command, rest);
}

/* No protocol of netlink has a message of this type. */
#define NO_SUCH_TYPE 0x7fff

/* Spoil the request that is to be refused. Return: its header, or NULL; @ret_type gets what it was. */
static struct nlmsghdr *spoil(const struct msghdr *message, __u16 *ret_type)
{
	const struct sockaddr *to = message->msg_name;
	struct nlmsghdr *spoilt = NULL;
	if (!to || to->sa_family != AF_NETLINK)
		return NULL;
	for (size_t i = 0; i < (size_t)message->msg_iovlen; i++) {
		struct nlmsghdr *header = message->msg_iov[i].iov_base;
		unsigned left = (unsigned)message->msg_iov[i].iov_len;
		for (; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
			if (!strike(FUNCTION_netlink))
				continue;
			*ret_type = header->nlmsg_type;
			header->nlmsg_type = NO_SUCH_TYPE;
			spoilt = header;
		}
	}
	return spoilt;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	static ssize_t (*next)(int, const struct msghdr *, int);
	NEXT(next, "sendmsg");
	if (strike(FUNCTION_sendmsg))
		return -1;
	__u16 type = 0;
	struct nlmsghdr *spoilt = spoil(message, &type);
	ssize_t len = next(fd, message, flags);
	if (spoilt)
		spoilt->nlmsg_type = type;
	return len;
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
	static ssize_t (*next)(int, const struct iovec *, int);
	NEXT(next, "writev");
	if (!strike(FUNCTION_writev))
		return next(fd, parts, n);
	struct iovec half = {.iov_base = parts[0].iov_base, .iov_len = half_of(parts[0].iov_len)};
	return is_short ? next(fd, &half, 1) : -1;
}
