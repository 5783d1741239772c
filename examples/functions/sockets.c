/* SPDX-License-Identifier: MIT */
/* Who listens, and what TCP has measured: the sockets of this process. */
#include <netinet/in.h>
#include <osier.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 5) < 0)
        return 77;
    const pid_t own = getpid();
    const struct os_sockets_options options = {
        .size = sizeof options, .pids = &own, .pids_count = 1};
    size_t count;
    os_autofree struct os_socket *sockets =
        os_sockets(OS_SOCKETS_TCP | OS_SOCKETS_LISTENING, OS_SOCKETS_OWNERS, &options, &count);
    close(listener);
    if (!sockets) {
        os_perror("sockets");
        return 1;
    }
    for (size_t i = 0; i < count; i++)
        printf("%s %s, status %d, mine: %d\n", sockets[i].protocol, sockets[i].laddr.ip,
               sockets[i].status == OS_SOCKET_LISTEN, sockets[i].fd == listener);
    return 0;
}

/* It prints:
 *     tcp 127.0.0.1, status 1, mine: 1
 */
