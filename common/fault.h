/*
 * fault: the places where a test ends or stops a real program.
 *
 * TD_FAULT=<point>:<n> in the environment kills the process with SIGKILL when it passes the point
 * for the n-th time (n >= 1); TD_FAULT=<point>:<n>:stop stops it with SIGSTOP, as a zombie in the
 * making, and lets it go on after SIGCONT. Unset, a point costs one test of a static flag.
 */
#ifndef TD_COMMON_FAULT_H
#define TD_COMMON_FAULT_H

/* Passes the point named `point`, a word such as "spool_append"; from one thread only. */
void td_fault(const char *point);

#endif
