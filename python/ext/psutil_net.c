/* SPDX-License-Identifier: MIT */
/** Interfaces, addresses and sockets for osier._psutil. */
#include "psutil.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netpacket/packet.h>
#include <sys/socket.h>

/* An address as text, and its family; None where there is none. */
static PyObject *address_text(const struct sockaddr *address) {
    char text[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
    if (!address)
        Py_RETURN_NONE;
    if (address->sa_family == AF_PACKET) {
        const struct sockaddr_ll *link = (const void *)address;
        size_t at = 0;
        for (unsigned i = 0; i < link->sll_halen && at + 3 < sizeof text; i++)
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%02x", i ? ":" : "",
                                   link->sll_addr[i]);
        return at ? PyUnicode_FromString(text) : Py_NewRef(Py_None);
    }
    socklen_t size = address->sa_family == AF_INET    ? sizeof(struct sockaddr_in)
                     : address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                      : 0;
    if (!size || getnameinfo(address, size, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0)
        Py_RETURN_NONE;
    return PyUnicode_FromString(text);
}

PyDoc_STRVAR(addresses_doc,
             "addresses()\n--\n\nOf each interface: (name, family, address, netmask, "
             "broadcast or peer, whether it is broadcast).");
static PyObject *addresses(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) < 0)
        return error();
    PyObject *result = PyList_New(0);
    for (struct ifaddrs *at = list; result && at; at = at->ifa_next) {
        if (!at->ifa_addr)
            continue;
        bool broadcast = at->ifa_flags & IFF_BROADCAST, peer = at->ifa_flags & IFF_POINTOPOINT;
        PyObject *row = Py_BuildValue("(siNNNO)", at->ifa_name, (int)at->ifa_addr->sa_family,
                                      address_text(at->ifa_addr), address_text(at->ifa_netmask),
                                      address_text(broadcast || peer ? at->ifa_dstaddr : NULL),
                                      broadcast ? Py_True : Py_False);
        if (!row || PyList_Append(result, row) < 0)
            Py_CLEAR(result);
        Py_XDECREF(row);
    }
    freeifaddrs(list);
    return result;
}

PyDoc_STRVAR(links_doc, "links()\n--\n\nOf each interface: (name, flags, duplex, speed, mtu).");
static PyObject *links(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    size_t count;
    struct os_net_link *list = os_net_links(OS_NET_SPEED, NULL, &count);
    if (!list)
        return error();
    return LIST_OF(list, count, "(NIiII)", name_of(list[i].ifname), list[i].flag_bits,
                   (int)list[i].duplex, list[i].speed, list[i].mtu);
}

/* ------------------------------------------------------------------- sockets */

/* What Python calls a number; the number itself where it has no name for it. */
static PyObject *named(PyObject *names, int value) {
    PyObject *key = PyLong_FromLong(value);
    PyObject *name = key ? PyDict_GetItemWithError(names, key) : NULL;
    if (!name)
        return PyErr_Occurred() ? (Py_XDECREF(key), NULL) : key;
    Py_DECREF(key);
    return Py_NewRef(name);
}

static PyObject *end_of(struct state *state, const struct os_socket_address *end) {
    if (!end->port)
        return PyTuple_New(0);
    return SHAPE(SHAPE_ADDR, PyUnicode_FromString(end->ip), PyLong_FromLong((long)end->port));
}

/* Only TCP has states, as psutil sees it. */
static PyObject *row_of(struct state *state, const struct os_socket *s,
                        const struct os_socket_owner *owner) {
    bool tcp = s->family != AF_UNIX && s->type == SOCK_STREAM, local = s->family == AF_UNIX;
    return SHAPE(SHAPE_CONN, PyLong_FromLong(owner ? owner->fd : -1),
                 named(state->families, s->family), named(state->types, s->type),
                 local ? name_of(s->path) : end_of(state, &s->laddr),
                 local ? name_of("") : end_of(state, &s->raddr),
                 named(state->states, tcp ? (int)s->status : 0),
                 owner ? PyLong_FromLong(owner->pid) : Py_NewRef(Py_None));
}

/* What can't be told apart stands there once: those that nobody has open, as a process and its
 * descriptor are one socket's. Hashing a row takes longer than making it, as enums hash in Python. */
static int add_row(PyObject *list, PyObject *seen, PyObject *row, bool owned) {
    int r = row ? 0 : -1;
    if (r == 0 && !owned)
        r = PySet_Contains(seen, row);
    if (r == 0 && !owned)
        r = PySet_Add(seen, row);
    if (r == 0)
        r = PyList_Append(list, row);
    Py_XDECREF(row);
    return r < 0 ? -1 : 0;
}

/* Of a socket that several have open, psutil tells the first alone, unless it is one of unix(7). */
static int add_socket(struct state *state, PyObject *list, PyObject *seen,
                      const struct os_socket *s) {
    bool local = s->family == AF_UNIX;
    size_t count = local ? s->owners_count : s->owners_count != 0;
    int r = count ? 0 : add_row(list, seen, row_of(state, s, NULL), false);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = add_row(list, seen, row_of(state, s, &s->owners[i]), true);
    return r;
}

PyDoc_STRVAR(sockets_doc, "sockets(flags, pid=None, netns=None, /)\n--\n\n"
                          "Those of all processes, and of none, or of one: a list of sconn.");
static PyObject *sockets(PyObject *module, PyObject *args) {
    int flags, pid = 0;
    const char *netns = NULL;
    if (!PyArg_ParseTuple(args, "i|iz", &flags, &pid, &netns))
        return NULL;
    const struct os_sockets_options options = {
        .size = sizeof options, .netns = netns, .pids = pid ? &pid : NULL, .pids_count = pid != 0};
    struct os_socket *found;
    size_t count = 0;
    Py_BEGIN_ALLOW_THREADS;
    found = os_sockets(flags, OS_SOCKETS_OWNERS, &options, &count);
    Py_END_ALLOW_THREADS;
    if (!found)
        return error();
    PyObject *list = PyList_New(0), *seen = PySet_New(NULL);
    for (size_t i = 0; list && i < count; i++)
        if (!seen || add_socket(STATE(module), list, seen, &found[i]) < 0)
            Py_CLEAR(list);
    Py_XDECREF(seen);
    free(found);
    return list;
}

PyDoc_STRVAR(prepare_net_doc, "prepare_net(families, types, states, /)\n--\n\n"
                              "Says which words the answers about sockets are made of.");
static PyObject *prepare_net(PyObject *module, PyObject *args) {
    struct state *state = STATE(module);
    PyObject *families, *types, *states;
    if (!PyArg_ParseTuple(args, "O!O!O!", &PyDict_Type, &families, &PyDict_Type, &types,
                          &PyDict_Type, &states))
        return NULL;
    Py_XSETREF(state->families, Py_NewRef(families));
    Py_XSETREF(state->types, Py_NewRef(types));
    Py_XSETREF(state->states, Py_NewRef(states));
    Py_RETURN_NONE;
}

PyMethodDef psutil_net_methods[] = {
    {"addresses", addresses, METH_NOARGS, addresses_doc},
    {"links", links, METH_NOARGS, links_doc},
    {"sockets", sockets, METH_VARARGS, sockets_doc},
    {"prepare_net", prepare_net, METH_VARARGS, prepare_net_doc},
    {0},
};
