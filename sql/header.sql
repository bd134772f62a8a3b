-- The install script of governance, assembled by the Makefile from sql/.
\echo Use "CREATE EXTENSION governance" to load this file. \quit

