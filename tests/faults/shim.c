/* A library to preload (LD_PRELOAD) that fails, shortens and records system calls on the files of one directory.
 *
 * FAULTS_ROOT     the directory, as an absolute path without symbolic links
 * FAULTS_CONTROL  a file of at least sizeof(struct control) bytes, shared with whoever says which call fails
 * FAULTS_LOG      optional: a file to which all changes of the directory are recorded, for scripts/cut-power
 *
 * The Rust standard library and SQLite make all calls on these files by functions of libc, which a preloaded library
 * can replace. tests/faults/control.py knows the layout of the control file and the log.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { NONE, OPEN, WRITE, SYNC, RENAME, MMAP, CONNECT, UNLINK, TRUNCATE, MKDIR, READ, KINDS };

/* All numbers are in the byte order of the machine. */
struct control {
    _Atomic uint32_t kind;      /* the kind of call to fail; 0: none */
    uint32_t error;             /* the errno; 0: a write stores half of its bytes, other calls are left alone */
    uint64_t at;                /* fail the call with this number, counted from 1 since the counters were set to 0 */
    uint32_t lasting;           /* fail all later calls of this kind, too */
    _Atomic uint32_t fired;     /* how many calls have failed */
    _Atomic uint64_t seen[16];  /* how many calls of each kind were made */
    _Atomic uint64_t logged;    /* the length of the log */
    char place[512];            /* the file of the first call that failed */
    _Atomic int64_t clock;      /* seconds that the clock of the day is ahead */
};

/* Records of the log: struct record, then `first` bytes and `second` bytes. */
enum record_type { CREATED = 1, WRITTEN, TRUNCATED, SYNC_BEGINS, SYNC_ENDS, RENAMED, LINKED, UNLINKED, MADE, REMOVED };
struct record {
    uint32_t type;
    uint32_t first;
    uint32_t second;
    uint32_t unused;
    uint64_t file;   /* the inode; of SYNC_ENDS: the number of its SYNC_BEGINS */
    uint64_t offset; /* of SYNC_BEGINS: its number */
};

static struct control *control;
static char root[PATH_MAX];
static size_t root_length;
static int log_file = -1;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t syncs;

#define REAL(name) \
    static __typeof__(name) *real_##name; \
    if (!real_##name) real_##name = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTS_CONTROL"), *directory = getenv("FAULTS_ROOT"), *log = getenv("FAULTS_LOG");
    if (!path || !directory) return;
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) { perror("FAULTS_CONTROL"); _exit(99); }
    void *memory = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) { perror("FAULTS_CONTROL"); _exit(99); }
    close(file);
    if (log) {
        log_file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (log_file < 0) { perror("FAULTS_LOG"); _exit(99); }
    }
    snprintf(root, sizeof root, "%s", directory);
    root_length = strlen(root);
    control = memory;
}

static int inside(const char *path) {
    return control && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

/* Makes a path absolute. The program resolves links before it opens what it stores, so no link is followed here. */
static const char *absolute(const char *path, char *buffer) {
    if (!path || path[0] == '/') return path ? path : "";
    char directory[PATH_MAX];
    if (!getcwd(directory, sizeof directory)) return path;
    if (snprintf(buffer, PATH_MAX, "%s/%s", directory, path) >= PATH_MAX) return path;
    return buffer;
}

static int path_of(int fd, char *buffer) {
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, buffer, PATH_MAX - 1);
    if (length < 0) return 0;
    buffer[length] = 0;
    return inside(buffer);
}

/* Counts a call and says whether it shall fail; errno is set then. *shorten: it shall do half of its work. */
static int fails(enum kind kind, const char *path, int *shorten) {
    if (!control) return 0;
    uint64_t number = atomic_fetch_add(&control->seen[kind], 1) + 1;
    if (atomic_load(&control->kind) != (uint32_t)kind) return 0;
    if (control->lasting ? number < control->at : number != control->at) return 0;
    if (!control->error && !shorten) return 0;
    if (!atomic_fetch_add(&control->fired, 1)) snprintf(control->place, sizeof control->place, "%s", path);
    if (!control->error) { *shorten = 1; return 0; }
    errno = (int)control->error;
    return 1;
}

static void append(const void *bytes, size_t length) {
    REAL(write);
    const char *at = bytes;
    while (length) {
        ssize_t written = real_write(log_file, at, length);
        if (written <= 0) { perror("FAULTS_LOG"); _exit(99); }
        at += written;
        length -= (size_t)written;
        atomic_fetch_add(&control->logged, (uint64_t)written);
    }
}

static void record(enum record_type type, uint64_t file, uint64_t offset, const void *first, size_t first_length,
                   const char *second) {
    struct record head = {type, (uint32_t)first_length, second ? (uint32_t)strlen(second) : 0, 0, file, offset};
    append(&head, sizeof head);
    append(first, first_length);
    if (second) append(second, strlen(second));
}

static void lock(void) { if (log_file >= 0) pthread_mutex_lock(&log_lock); }
static void unlock(void) { int error = errno; if (log_file >= 0) pthread_mutex_unlock(&log_lock); errno = error; }

static uint64_t inode(int fd) {
    struct stat stat;
    return fstat(fd, &stat) ? 0 : stat.st_ino;
}

static uint64_t inode_of_path(const char *path) {
    struct stat stat;
    return lstat(path, &stat) ? 0 : stat.st_ino;
}

typedef int open_function(const char *, int, ...);

static int open_as(open_function *real, const char *path, int flags, mode_t mode) {
    char buffer[PATH_MAX];
    const char *full = absolute(path, buffer);
    if (!inside(full)) return real(path, flags, mode);
    if (fails(OPEN, full, NULL)) return -1;
    if (log_file < 0) return real(path, flags, mode);
    lock();
    uint64_t before = inode_of_path(full);
    int fd = real(path, flags, mode), error = errno;
    if (fd >= 0 && (flags & O_CREAT) && !before) record(CREATED, inode(fd), 0, full, strlen(full), NULL);
    else if (fd >= 0 && (flags & O_TRUNC)) record(TRUNCATED, inode(fd), 0, NULL, 0, NULL);
    unlock();
    errno = error;
    return fd;
}

#define MODE(flags, mode) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }

int open(const char *path, int flags, ...) {
    MODE(flags, mode)
    REAL(open);
    return open_as((open_function *)real_open, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE(flags, mode)
    REAL(open64);
    return open_as((open_function *)real_open64, path, flags, mode);
}

/* Only below the working directory: nothing in the program opens files below an open directory. */
int openat(int directory, const char *path, int flags, ...) {
    MODE(flags, mode)
    REAL(openat);
    if (directory == AT_FDCWD || path[0] == '/') return open(path, flags, mode);
    return real_openat(directory, path, flags, mode);
}

int openat64(int directory, const char *path, int flags, ...) {
    MODE(flags, mode)
    REAL(openat64);
    if (directory == AT_FDCWD || path[0] == '/') return open64(path, flags, mode);
    return real_openat64(directory, path, flags, mode);
}

/* Records what was written at this place of a file. */
static ssize_t written(int fd, off_t offset, const void *bytes, ssize_t count) {
    if (count > 0 && log_file >= 0) record(WRITTEN, inode(fd), (uint64_t)offset, bytes, (size_t)count, NULL);
    return count;
}

static off_t place_in(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return lseek(fd, 0, flags & O_APPEND ? SEEK_END : SEEK_CUR);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(write);
    char path[PATH_MAX];
    if (!control || fd <= 2 || !path_of(fd, path)) return real_write(fd, bytes, length);
    int shorten = 0;
    if (fails(WRITE, path, &shorten)) return -1;
    if (shorten && length > 1) length /= 2;
    if (log_file < 0) return real_write(fd, bytes, length);
    lock();
    off_t offset = place_in(fd);
    ssize_t count = written(fd, offset, bytes, real_write(fd, bytes, length));
    unlock();
    return count;
}

ssize_t writev(int fd, const struct iovec *pieces, int many) {
    REAL(writev);
    char path[PATH_MAX];
    if (!control || !path_of(fd, path)) return real_writev(fd, pieces, many);
    /* As one piece after the other: fewer bytes than all are a success. */
    return many > 0 ? write(fd, pieces[0].iov_base, pieces[0].iov_len) : 0;
}

static ssize_t pwrite_as(ssize_t (*real)(int, const void *, size_t, off_t), int fd, const void *bytes, size_t length,
                         off_t offset) {
    char path[PATH_MAX];
    if (!control || !path_of(fd, path)) return real(fd, bytes, length, offset);
    int shorten = 0;
    if (fails(WRITE, path, &shorten)) return -1;
    if (shorten && length > 1) length /= 2;
    if (log_file < 0) return real(fd, bytes, length, offset);
    lock();
    ssize_t count = written(fd, offset, bytes, real(fd, bytes, length, offset));
    unlock();
    return count;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    REAL(pwrite);
    return pwrite_as(real_pwrite, fd, bytes, length, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    REAL(pwrite64);
    return pwrite_as((ssize_t (*)(int, const void *, size_t, off_t))real_pwrite64, fd, bytes, length, offset);
}

static ssize_t read_as(ssize_t (*real)(int, void *, size_t, off_t), int fd, void *bytes, size_t length, off_t offset) {
    char path[PATH_MAX];
    int shorten = 0;
    if (!control || !path_of(fd, path)) return real(fd, bytes, length, offset);
    if (fails(READ, path, &shorten)) return -1;
    /* SQLite takes a short read for the end of the file, as it must. */
    return real(fd, bytes, length, offset);
}

ssize_t pread(int fd, void *bytes, size_t length, off_t offset) {
    REAL(pread);
    return read_as(real_pread, fd, bytes, length, offset);
}

ssize_t pread64(int fd, void *bytes, size_t length, off64_t offset) {
    REAL(pread64);
    return read_as((ssize_t (*)(int, void *, size_t, off_t))real_pread64, fd, bytes, length, offset);
}

ssize_t read(int fd, void *bytes, size_t length) {
    REAL(read);
    char path[PATH_MAX];
    int shorten = 0;
    if (!control || fd <= 2 || !path_of(fd, path)) return real_read(fd, bytes, length);
    if (fails(READ, path, &shorten)) return -1;
    if (shorten && length > 1) length /= 2;
    return real_read(fd, bytes, length);
}

static int sync_as(int (*real)(int), int fd) {
    char path[PATH_MAX];
    if (!control || !path_of(fd, path)) return real(fd);
    if (fails(SYNC, path, NULL)) return -1;
    if (log_file < 0) return real(fd);
    lock();
    uint64_t number = ++syncs;
    record(SYNC_BEGINS, inode(fd), number, path, strlen(path), NULL);
    unlock();
    /* Not held here: others write meanwhile, and that need not be on the disk afterwards. */
    int result = real(fd);
    lock();
    if (!result) record(SYNC_ENDS, number, 0, NULL, 0, NULL);
    unlock();
    return result;
}

int fsync(int fd) { REAL(fsync); return sync_as(real_fsync, fd); }
int fdatasync(int fd) { REAL(fdatasync); return sync_as(real_fdatasync, fd); }

int ftruncate64(int fd, off64_t length) {
    REAL(ftruncate64);
    char path[PATH_MAX];
    if (!control || !path_of(fd, path)) return real_ftruncate64(fd, length);
    if (fails(TRUNCATE, path, NULL)) return -1;
    lock();
    int result = real_ftruncate64(fd, length);
    if (!result && log_file >= 0) record(TRUNCATED, inode(fd), (uint64_t)length, NULL, 0, NULL);
    unlock();
    return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int rename(const char *from, const char *to) {
    REAL(rename);
    char one[PATH_MAX], two[PATH_MAX];
    const char *source = absolute(from, one), *target = absolute(to, two);
    if (!inside(source) && !inside(target)) return real_rename(from, to);
    if (fails(RENAME, source, NULL)) return -1;
    lock();
    uint64_t file = inode_of_path(source), replaced = inode_of_path(target);
    int result = real_rename(from, to);
    /* Two names of one file stay both. */
    if (!result && log_file >= 0 && file != replaced) record(RENAMED, file, 0, source, strlen(source), target);
    unlock();
    return result;
}

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
    REAL(linkat);
    char one[PATH_MAX], two[PATH_MAX];
    const char *source = absolute(from, one), *target = absolute(to, two);
    if (!inside(target)) return real_linkat(from_directory, from, to_directory, to, flags);
    if (fails(RENAME, target, NULL)) return -1;
    lock();
    int result = real_linkat(from_directory, from, to_directory, to, flags);
    if (!result && log_file >= 0) record(LINKED, inode_of_path(target), 0, source, strlen(source), target);
    unlock();
    return result;
}

static int removed(int (*real)(const char *), enum record_type type, const char *path) {
    char buffer[PATH_MAX];
    const char *full = absolute(path, buffer);
    if (!inside(full)) return real(path);
    if (fails(UNLINK, full, NULL)) return -1;
    lock();
    uint64_t file = inode_of_path(full);
    int result = real(path);
    if (!result && log_file >= 0) record(type, file, 0, full, strlen(full), NULL);
    unlock();
    return result;
}

int unlink(const char *path) { REAL(unlink); return removed(real_unlink, UNLINKED, path); }
int rmdir(const char *path) { REAL(rmdir); return removed(real_rmdir, REMOVED, path); }

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    char buffer[PATH_MAX];
    const char *full = absolute(path, buffer);
    if (!inside(full)) return real_mkdir(path, mode);
    if (fails(MKDIR, full, NULL)) return -1;
    lock();
    int result = real_mkdir(path, mode), error = errno;
    if (!result && log_file >= 0) record(MADE, inode_of_path(full), 0, full, strlen(full), NULL);
    unlock();
    errno = error;
    return result;
}

static void *mmap_as(void *(*real)(void *, size_t, int, int, int, off_t), void *at, size_t length, int access, int flags,
                     int fd, off_t offset) {
    char path[PATH_MAX];
    if (control && fd >= 0 && path_of(fd, path) && fails(MMAP, path, NULL)) return MAP_FAILED;
    return real(at, length, access, flags, fd, offset);
}

void *mmap(void *at, size_t length, int access, int flags, int fd, off_t offset) {
    REAL(mmap);
    return mmap_as(real_mmap, at, length, access, flags, fd, offset);
}

void *mmap64(void *at, size_t length, int access, int flags, int fd, off64_t offset) {
    REAL(mmap64);
    return mmap_as((void *(*)(void *, size_t, int, int, int, off_t))real_mmap64, at, length, access, flags, fd, offset);
}

DIR *opendir(const char *path) {
    REAL(opendir);
    char buffer[PATH_MAX];
    const char *full = absolute(path, buffer);
    if (inside(full) && fails(OPEN, full, NULL)) return NULL;
    return real_opendir(path);
}

int unlinkat(int directory, const char *path, int flags) {
    REAL(unlinkat);
    if (directory == AT_FDCWD || path[0] == '/') return flags & AT_REMOVEDIR ? rmdir(path) : unlink(path);
    return real_unlinkat(directory, path, flags);
}

/* Whoever copies in the kernel falls back to reading and writing, which is seen. */
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
    REAL(copy_file_range);
    char path[PATH_MAX];
    if (control && path_of(out, path)) { errno = ENOSYS; return -1; }
    return real_copy_file_range(in, from, out, to, length, flags);
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
    REAL(connect);
    if (address->sa_family != AF_UNIX && fails(CONNECT, "a connection", NULL)) return -1;
    return real_connect(fd, address, length);
}

/* By the system call: the allocator asks for the time before other libraries can be asked for their functions. */
int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    if (!result && control && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += atomic_load(&control->clock);
    return result;
}
