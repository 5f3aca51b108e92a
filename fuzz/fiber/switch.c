// SPDX-License-Identifier: GPL-2.0-only
/*
 * The switch between two stacks, by hand: the registers a callee must keep are pushed, the stack
 * pointer is exchanged, and the other side's registers are popped. Signal masks and floating-point
 * modes stay as they are, so no system call is needed. It ends in a jump: the processor predicts a
 * return to go back to the caller, which is what a switch does not do.
 *
 * A new stack holds zero for each of those registers but two: the function to call and what to
 * call it with.
 */
#include "fiber/switch.h"

/* void fiber_jump(void **save, void *to): leaves this stack in *save and goes on with `to`. */
#if defined(__x86_64__)
__asm__(".text\n"
	".p2align 4\n"
	".globl fiber_jump\n"
	".type fiber_jump, @function\n"
	"fiber_jump:\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	movq %rsp, (%rdi)\n"
	"	movq %rsi, %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	popq %rcx\n"
	"	jmpq *%rcx\n"
	".size fiber_jump, . - fiber_jump\n"
	".type fiber_first, @function\n"
	"fiber_first:\n"
	"	movq %r12, %rdi\n"
	"	callq *%rbx\n"
	"	ud2\n"
	".size fiber_first, . - fiber_first\n");
enum { KEPT = 6, BODY = 4, ARG = 3, PAD = 2 };
#elif defined(__i386__)
__asm__(".text\n"
	".p2align 4\n"
	".globl fiber_jump\n"
	".type fiber_jump, @function\n"
	"fiber_jump:\n"
	"	movl 4(%esp), %eax\n"
	"	movl 8(%esp), %edx\n"
	"	pushl %ebp\n"
	"	pushl %ebx\n"
	"	pushl %esi\n"
	"	pushl %edi\n"
	"	movl %esp, (%eax)\n"
	"	movl %edx, %esp\n"
	"	popl %edi\n"
	"	popl %esi\n"
	"	popl %ebx\n"
	"	popl %ebp\n"
	"	popl %ecx\n"
	"	jmpl *%ecx\n"
	".size fiber_jump, . - fiber_jump\n"
	".type fiber_first, @function\n"
	"fiber_first:\n"
	"	subl $12, %esp\n"
	"	pushl %esi\n"
	"	calll *%ebx\n"
	"	ud2\n"
	".size fiber_first, . - fiber_first\n");
enum { KEPT = 4, BODY = 2, ARG = 1, PAD = 4 };
#elif defined(__aarch64__)
__asm__(".text\n"
	".p2align 4\n"
	".globl fiber_jump\n"
	".type fiber_jump, %function\n"
	"fiber_jump:\n"
	"	stp x19, x20, [sp, #-160]!\n"
	"	stp x21, x22, [sp, #16]\n"
	"	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n"
	"	stp x27, x28, [sp, #64]\n"
	"	stp x29, x30, [sp, #80]\n"
	"	stp d8, d9, [sp, #96]\n"
	"	stp d10, d11, [sp, #112]\n"
	"	stp d12, d13, [sp, #128]\n"
	"	stp d14, d15, [sp, #144]\n"
	"	mov x9, sp\n"
	"	str x9, [x0]\n"
	"	mov sp, x1\n"
	"	ldp x21, x22, [sp, #16]\n"
	"	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n"
	"	ldp x27, x28, [sp, #64]\n"
	"	ldp x29, x30, [sp, #80]\n"
	"	ldp d8, d9, [sp, #96]\n"
	"	ldp d10, d11, [sp, #112]\n"
	"	ldp d12, d13, [sp, #128]\n"
	"	ldp d14, d15, [sp, #144]\n"
	"	ldp x19, x20, [sp], #160\n"
	"	ret\n"
	".size fiber_jump, . - fiber_jump\n"
	".type fiber_first, %function\n"
	"fiber_first:\n"
	"	mov x0, x20\n"
	"	blr x19\n"
	"	brk #0\n"
	".size fiber_first, . - fiber_first\n");
enum { KEPT = 20, BODY = 0, ARG = 1, PAD = 0, FIRST = 11 };
#else
#error "no switch for this processor"
#endif

void fiber_first(void);

void *fiber_new_stack(void *top, void (*body)(void *), void *arg)
{
	uintptr_t *sp = (uintptr_t *)((uintptr_t)top & ~(uintptr_t)15);

#ifdef __aarch64__
	sp -= KEPT;
#else
	/* Where the entry returns to ends a backtrace. */
	for (unsigned i = 0; i < PAD; i++)
		*--sp = 0;
	*--sp = (uintptr_t)fiber_first;
	sp -= KEPT;
#endif
	for (unsigned i = 0; i < KEPT; i++)
		sp[i] = 0;
#ifdef __aarch64__
	sp[FIRST] = (uintptr_t)fiber_first;
#endif
	sp[BODY] = (uintptr_t)body;
	sp[ARG] = (uintptr_t)arg;
	return sp;
}
