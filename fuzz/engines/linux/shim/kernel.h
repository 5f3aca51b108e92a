/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The little of a kernel that page-table code needs: types, errno, bit arithmetic, warnings.
 *
 * Force-included before kernel sources; the headers those include by name exist as empty files.
 * Names and meanings are the kernel's, definitions ours. No libc header may be included next to
 * it: they would pick up the empty files.
 */
#ifndef SHIM_KERNEL_H
#define SHIM_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- configuration */

#define CONFIG_64BIT		     1
#define CONFIG_SMP		     1
#define CONFIG_IOMMU_API	     1
#define CONFIG_IOMMU_PT		     1
#define CONFIG_IOMMUFD_DRIVER	     1
#define CONFIG_PHYS_ADDR_T_64BIT     1
#define CONFIG_ARCH_HAS_DMA_SET_MASK 1

#ifdef PT_ASSERTS
#define CONFIG_DEBUG_GENERIC_PT 1
#endif

/* 1 for an option defined as 1, else 0; works in #if. */
#define SHIM_COMMA_1	       ~,
#define SHIM_SECOND(a, b, ...) b
#define SHIM_IS_ONE(...)       SHIM_SECOND(__VA_ARGS__ 1, 0, 0)
#define SHIM_ENABLED(x)	       SHIM_IS_ONE(SHIM_COMMA_##x)
#define IS_ENABLED(option)     SHIM_ENABLED(option)

/* --- attributes and plain macros */

#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define __maybe_unused	__attribute__((unused))
#define __printf(a, b)	__attribute__((format(printf, a, b)))
#define __packed	__attribute__((packed))
#define __aligned(n)	__attribute__((aligned(n)))
#define __user
#define __rcu
#define __iomem
#define __init
#define __force
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define fallthrough __attribute__((fallthrough))

#define CONCATENATE_(a, b) a##b
#define CONCATENATE(a, b)  CONCATENATE_(a, b)
#define __stringify_(...)  #__VA_ARGS__
#define __stringify(...)   __stringify_(__VA_ARGS__)

#undef static_assert
#define static_assert(e, ...) _Static_assert(e, #e)
#define BUILD_BUG()	((void)0) /* reached in dead code only */
#define BUILD_BUG_ON(e) _Static_assert(!(e), #e)

#define EXPORT_SYMBOL(s)	   extern int shim_exported
#define EXPORT_SYMBOL_GPL(s)	   extern int shim_exported
#define EXPORT_SYMBOL_NS_GPL(s, n) extern int shim_exported
#define MODULE_LICENSE(s)	   extern int shim_exported
#define MODULE_DESCRIPTION(s)	   extern int shim_exported
#define MODULE_IMPORT_NS(s)	   extern int shim_exported

#define offsetofend(t, m)	    (offsetof(t, m) + sizeof(((t *)0)->m))
#define ARRAY_SIZE(a)		    (sizeof(a) / sizeof((a)[0]))
#define container_of(p, t, m)	    ((t *)((char *)(p)-offsetof(t, m)))
#define container_of_const(p, t, m) container_of(p, t, m)
#define memset_after(obj, v, m)                                   \
	memset((char *)(obj) + offsetofend(typeof(*(obj)), m), v, \
	       sizeof(*(obj)) - offsetofend(typeof(*(obj)), m))
#define upper_32_bits(n)   ((u32)((u64)(n) >> 32))
#define lower_32_bits(n)   ((u32)(n))
#define IS_ALIGNED(x, a)   (((x) & ((typeof(x))(a)-1)) == 0)
#define ALIGN_DOWN(x, a)   ((x) & ~((typeof(x))(a)-1))
#define ALIGN(x, a)	   ALIGN_DOWN((x) + ((typeof(x))(a)-1), a)
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))

#define min(a, b)                              \
	({                                     \
		__auto_type min_a = (a);       \
		__auto_type min_b = (b);       \
		min_a < min_b ? min_a : min_b; \
	})
#define max(a, b)                              \
	({                                     \
		__auto_type max_a = (a);       \
		__auto_type max_b = (b);       \
		max_a > max_b ? max_a : max_b; \
	})
#define min_t(t, a, b)		    min((t)(a), (t)(b))
#define max_t(t, a, b)		    max((t)(a), (t)(b))
#define check_add_overflow(a, b, r) __builtin_add_overflow(a, b, r)

/* --- types */

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int32_t s32;
typedef long long s64;
typedef u8 __u8;
typedef u32 __u32;
typedef u64 __u64;
typedef long ssize_t;
typedef u64 phys_addr_t;
typedef u64 dma_addr_t;
typedef unsigned int gfp_t;
typedef unsigned int slab_flags_t;
typedef unsigned long pgoff_t;
typedef struct {
	int counter;
} atomic_t;
typedef atomic_t refcount_t;

#define INT_MAX	  ((int)(UINT_MAX >> 1))
#define UINT_MAX  (~0u)
#define ULONG_MAX (~0ul)
#define U32_MAX	  (~0u)
#define U64_MAX	  (~0ull)

/* --- errno */

#define ENOENT	   2
#define ENXIO	   6
#define E2BIG	   7
#define EAGAIN	   11
#define ENOMEM	   12
#define EFAULT	   14
#define EEXIST	   17
#define ENODEV	   19
#define EINVAL	   22
#define ERANGE	   34
#define EPROTOTYPE 91
#define EOVERFLOW  75
#define EOPNOTSUPP 95
#define EADDRINUSE 98

#define MAX_ERRNO 4095

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *p)
{
	return (long)p;
}

static inline bool IS_ERR(const void *p)
{
	return (uintptr_t)p >= (uintptr_t)-MAX_ERRNO;
}

/* --- bits */

#define BIT(n)		  (1ul << (n))
#define BIT_ULL(n)	  (1ull << (n))
#define GENMASK(h, l)	  ((~0ul << (l)) & (~0ul >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK_ULL(h, l) ((~0ull << (l)) & (~0ull >> (63 - (h))))
#define BITS_PER_LONG	  ((int)(8 * sizeof(long)))

#define __bf_shf(mask)	    (__builtin_ctzll(mask))
#define FIELD_GET(mask, v)  (((u64)(v) & (u64)(mask)) >> __bf_shf(mask))
#define FIELD_PREP(mask, v) (((u64)(v) << __bf_shf(mask)) & (u64)(mask))
#define FIELD_MAX(mask)	    ((u64)(mask) >> __bf_shf(mask))

#define ilog2(n) (63 - __builtin_clzll(n))

static inline unsigned int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static inline unsigned int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline unsigned long __ffs(unsigned long x)
{
	return __builtin_ctzl(x);
}

static inline unsigned int __ffs64(u64 x)
{
	return __builtin_ctzll(x);
}

static inline unsigned long __fls(unsigned long x)
{
	return BITS_PER_LONG - 1 - __builtin_clzl(x);
}

static inline unsigned long ffz(unsigned long x)
{
	return __ffs(~x);
}

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

#define SZ_1K	0x400u
#define SZ_2K	0x800u
#define SZ_4K	0x1000u
#define SZ_16K	0x4000u
#define SZ_64K	0x10000u
#define SZ_1M	0x100000u
#define SZ_2M	0x200000u
#define SZ_16M	0x1000000u
#define SZ_32M	0x2000000u
#define SZ_512M 0x20000000u
#define SZ_1G	0x40000000u
#define SZ_512G 0x8000000000ull

/* --- memory and messages */

void *memset(void *p, int c, size_t n);
void *memcpy(void *to, const void *from, size_t n);
int printf(const char *fmt, ...);

/* host.c: reports the site to the harness; a bug does not return. */
void linux_warn(const char *file, int line);
void linux_bug(const char *file, int line) __attribute__((noreturn));

#define WARN_ON(cond)                                   \
	({                                              \
		bool warn_on = !!(cond);                \
		if (unlikely(warn_on))                  \
			linux_warn(__FILE__, __LINE__); \
		unlikely(warn_on);                      \
	})
#define WARN_ON_ONCE(cond)   WARN_ON(cond)
#define WARN(cond, ...)	     WARN_ON(cond)
#define WARN_ONCE(cond, ...) WARN_ON(cond)
#define BUG()		     linux_bug(__FILE__, __LINE__)
#define BUG_ON(cond)                \
	do {                        \
		if (unlikely(cond)) \
			BUG();      \
	} while (0)

/* Messages are nobody's result; their arguments are still type checked. */
#define shim_message(...)                          \
	do {                                       \
		if (0)                             \
			shim_discard(__VA_ARGS__); \
	} while (0)
static inline void shim_discard(const void *first, ...)
{
	(void)first;
}
#define pr_err(...)		shim_message(__VA_ARGS__)
#define pr_warn(...)		shim_message(__VA_ARGS__)
#define pr_warn_once(...)	shim_message(__VA_ARGS__)
#define pr_debug(...)		shim_message(__VA_ARGS__)
#define pr_err_ratelimited(...) shim_message(__VA_ARGS__)
#define dev_err(...)		shim_message(__VA_ARGS__)

#endif
