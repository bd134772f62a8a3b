-- Names in what follows mean what is built in, unless they say more: nothing that
-- anybody else has made, in this schema or another, is taken for it.
SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

